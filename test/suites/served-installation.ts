import { eventually } from './child-processes.js';
import { Installation } from './installation.js';

/** An installation with the namespace of the payments team, whose versions may run on loopback without credentials. */
export class ServedInstallation extends Installation {
  /** Fields of the policy document beyond that. */
  protected readonly policy: object = {};

  override async start(): Promise<void> {
    await super.start();
    await this.done('admin', 'namespaces', 'claim', 'com.acme.payments', '--team', 'payments');
    const policy = this.file('policy.json', { allowedAuthKinds: ['credentials', 'none'], ...this.policy });
    await this.done('admin', 'policy', 'set', policy, '--reason', 'Servers of this story run on loopback.');
  }

  /** Publishes a version that runs at this address, and has it reviewed. */
  async reviewed(name: string, version: string, url: string): Promise<void> {
    const file = this.manifest(name, version, { remotes: [{ type: 'streamable-http', url }] });
    await this.done('ci', 'publish', file, '--contact', 'payments@acme.example', '--wait');
    await this.promoted('ci', `${name}@${version}`);
    await this.promoted('reviewer', `${name}@${version}`);
  }

  /** Says where a version runs. */
  async runsAt(name: string, version: string, url: string, environments = ['staging', 'production']): Promise<void> {
    for (const environment of environments) {
      await this.done(
        'owner',
        ...['endpoints', 'set', `${name}@${version}`, '--environment', environment, '--url', url],
      );
    }
  }

  /** Brings a version to production, without a canary. */
  async active(name: string, version: string, url: string): Promise<void> {
    await this.reviewed(name, version, url);
    await this.runsAt(name, version, url);
    await this.promoted('owner', `${name}@${version}`);
  }

  /** Takes the next step as soon as its guards are met. */
  async promoted(person: string, version: string, ...flags: string[]): Promise<void> {
    await eventually(
      () => this.json(person, 'can-i', 'promote', version, ...flags),
      (gate) => gate.exit === 0,
    );
    await this.done(person, 'promote', version, ...flags);
  }
}
