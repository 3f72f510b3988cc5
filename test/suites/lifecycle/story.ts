import { type RunningMcpServer, startMcpServer } from '@rollcall/testing';
import { eventually } from '../child-processes.js';
import { Installation } from '../installation.js';
import { type Receiver, startReceiver } from '../webhook-receiver.server.js';

/** Name of the server of the story. */
export const GREETER = 'com.acme.payments/greeter';

type Gate = { answer: string; guards: { guard: string; status: string; message: string }[] };

const greeting = (name: string, required: string[]) => ({
  name,
  description: 'Greets a person by name.',
  inputSchema: {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'Who to greet.' },
      language: { type: 'string', description: 'In which language.' },
    },
    required,
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true },
});

const CONTRACTS = {
  '1.0.0': [greeting('greet', ['name'])],
  // another name for the same tool
  '2.0.0': [greeting('welcome', ['name'])],
  // breaks who calls without a language
  '3.0.0': [greeting('welcome', ['name', 'language'])],
};

/** A version of the greeter. */
export type GreeterVersion = keyof typeof CONTRACTS;

/** The product with a gateway that reports, three versions of a server that run, and two receivers of webhooks. */
export class LifecycleStory extends Installation {
  /** Of the whole organization, and of the team whose agent calls the server. */
  receivers!: { organization: Receiver; consumers: Receiver };
  private readonly servers = new Map<GreeterVersion, RunningMcpServer>();

  override async start(): Promise<void> {
    for (const version of Object.keys(CONTRACTS) as GreeterVersion[]) {
      this.servers.set(version, await startMcpServer({ tools: CONTRACTS[version] }));
    }
    this.receivers = { organization: await startReceiver(), consumers: await startReceiver() };
    await super.start();
    await this.startGateway();
    await this.done('admin', 'namespaces', 'claim', 'com.acme.payments', '--team', 'payments');
  }

  override async stop(): Promise<void> {
    await super.stop();
    for (const server of this.servers.values()) await server.close();
    await this.receivers?.organization.close();
    await this.receivers?.consumers.close();
  }

  /** Makes an account with a role in the whole organization, and its first token. */
  async person(handle: string, role: string): Promise<void> {
    await this.done('admin', 'people', 'create', handle);
    await this.done('admin', 'people', 'assign', handle, role);
    const expires = new Date(Date.now() + 86_400_000).toISOString();
    const made = await this.done('admin', 'tokens', 'create', 'first', '--for', handle, '--expires', expires);
    this.tokens[handle] = String(made['token']);
  }

  /** Publishes a version where it runs, and hands it in as soon as the check of what was seen has concluded. */
  async handsIn(version: GreeterVersion): Promise<void> {
    const url = this.urlOf(version);
    const file = this.manifest(GREETER, version, { remotes: [{ type: 'streamable-http', url }] });
    await this.done('ci', 'publish', file, '--alias', 'greeter', '--contact', 'payments@acme.example', '--wait');
    await this.mayBePromoted('ci', version);
    await this.done('ci', 'promote', `${GREETER}@${version}`);
  }

  /** Says where a version runs and waits until staging has seen what was approved. */
  async runs(version: GreeterVersion): Promise<void> {
    for (const environment of ['staging', 'production']) {
      await this.done(
        'owner',
        ...['endpoints', 'set', `${GREETER}@${version}`, '--environment', environment, '--url', this.urlOf(version)],
      );
    }
  }

  /** Waits until nothing stands in the way of the next step but `unmet`. */
  async mayBePromoted(person: string, version: GreeterVersion, unmet: string[] = []): Promise<void> {
    await eventually(
      async () => (await this.json(person, 'can-i', 'promote', `${GREETER}@${version}`)).data as Gate,
      ({ guards }) => {
        const open = guards.filter((one) => one.status !== 'met').map((one) => one.guard);
        return open.length === unmet.length && unmet.every((guard) => open.includes(guard));
      },
    );
  }

  /** Guards that stand in the way, as a refused or answered gate names them. */
  async unmet(person: string, ...question: string[]): Promise<string[]> {
    const gate = (await this.json(person, 'can-i', ...question)).data as Gate;
    return gate.guards.filter((one) => one.status !== 'met').map((one) => one.guard);
  }

  async stateOf(version: GreeterVersion): Promise<string> {
    const query = 'query ($ref: VersionRef!) { version(ref: $ref) { state } }';
    const ref = { byName: { server: GREETER, version } };
    return (await this.graphql<{ version: { state: string } }>('admin', query, { ref })).data.version.state;
  }

  private urlOf(version: GreeterVersion): string {
    return this.servers.get(version)?.url ?? '';
  }
}
