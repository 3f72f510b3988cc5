import { freshness } from '@rollcall/bundle';
import type { RefusalParts } from '@rollcall/kernel';
import type { GatewayMetrics } from './report/gateway-metrics.js';
import { StatusReporter } from './report/status-reporter.js';
import type { GatewaySettings } from './settings.js';
import type { PolicyHolder } from './trust/active-policy.js';
import type { ControlPlaneClient } from './trust/control-plane.client.js';
import { PollLoop } from './trust/poll-loop.js';
import { TrustStore } from './trust/trust.store.js';
import { type Taken, Updater } from './trust/updater.js';
import type { DriftMonitor } from './upstream/drift-monitor.js';
import type { UpstreamDirectory } from './upstream/upstream-directory.js';

/** What following the control plane needs. */
export type FollowerParts = {
  settings: GatewaySettings;
  pinnedRoot: Uint8Array;
  holder: PolicyHolder;
  metrics: GatewayMetrics;
  upstreams: UpstreamDirectory;
  drift: DriftMonitor;
  client: ControlPlaneClient;
  bootId: string;
};

/** Keeps the gateway on the newest policy it could verify, and everybody informed about it. */
export class PolicyFollower {
  readonly #parts: FollowerParts;
  readonly #updater: Updater;
  readonly #status: StatusReporter;
  readonly #loop: PollLoop;
  #stale: NodeJS.Timeout | null = null;
  #freshness: 'fresh' | 'stale' | 'expired' | 'none' = 'none';
  #isUnavailable = false;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    const { settings, holder, client, drift, pinnedRoot } = parts;
    const { clock, organization, environment, pace } = settings;
    const store = new TrustStore(settings.gatewayStateDir);
    this.#updater = new Updater({ audience: { organization, environment }, pinnedRoot, store, holder, clock });
    this.#status = new StatusReporter({
      gateway: settings.gatewayName,
      bootId: parts.bootId,
      clockOffsetMs: () => client.clockOffsetMs,
      clock,
      holder,
      rootVersion: () => this.#updater.rootVersion,
      drift: () => drift.report(),
      send: (report) => client.report('status', report),
      everyMs: pace.statusEveryMs,
    });
    this.#loop = new PollLoop(client, this.#updater, this.#events(), pace.poll);
  }

  /** Puts the last good policy back in force, after verifying it again; without one, everything is denied. */
  async restore(): Promise<void> {
    const restored = await this.#updater.restore();
    const { log } = this.#parts.settings;
    if (!restored.ok) {
      this.#parts.metrics.update('restore_refused');
      log.error({ code: restored.error.code }, restored.error.message);
      return;
    }
    if (restored.value === 'fresh_install') return;
    log.info({ serial: this.#parts.holder.last?.bundle.serial }, 'The last good policy is in force again.');
    this.#inForce();
  }

  start(): void {
    this.#loop.start();
    this.#status.start();
    this.#stale = setInterval(() => this.#watchFreshness(), 1_000);
  }

  async stop(): Promise<void> {
    if (this.#stale !== null) clearInterval(this.#stale);
    // The loop closes the client, which ends a report under way: the report does not keep the process alive.
    await this.#loop.stop();
    await this.#status.stop();
  }

  /** Sends a status now. */
  report(): void {
    this.#status.report();
  }

  #events() {
    const { metrics, settings } = this.#parts;
    return {
      accepted: (taken: Taken) => {
        this.#isUnavailable = false;
        metrics.update(taken);
        if (taken !== 'unchanged') this.#changed(taken);
        else this.#status.confirmed();
      },
      refused: (error: RefusalParts) => {
        metrics.update('refused');
        settings.log.error({ code: error.code, nextStep: error.nextStep }, `An update was refused: ${error.message}`);
        this.#status.refused(error);
      },
      unavailable: (message: string) => {
        metrics.update('unavailable');
        if (!this.#isUnavailable) settings.log.warn({}, `${message}; the policy in force stays.`);
        this.#isUnavailable = true;
      },
      fault: (error: unknown) => {
        metrics.update('fault');
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        settings.log.error(
          { error: text },
          'An update failed for a reason nobody expected; the policy in force stays.',
        );
      },
    };
  }

  #changed(taken: Taken): void {
    const policy = this.#parts.holder.last;
    this.#parts.settings.log.info(
      { serial: policy?.bundle.serial, epoch: policy?.bundle.epoch, kill: policy?.kill.sequence },
      taken === 'kill_list' ? 'A newer kill list is in force.' : 'A newer policy is in force.',
    );
    this.#status.accepted();
    this.#inForce();
  }

  /** Everything that depends on which policy is in force. */
  #inForce(): void {
    const policy = this.#parts.holder.last;
    if (policy === null) return;
    this.#watchFreshness();
    this.#parts.drift.follow(policy.index);
    const versions = [...policy.index.servers.values()].flatMap((server) => [...server.versions.values()]);
    void this.#parts.upstreams.keepOnly(versions.map(({ endpoint }) => endpoint));
  }

  #watchFreshness(): void {
    const policy = this.#parts.holder.last;
    const { clock, log } = this.#parts.settings;
    const now = policy === null ? 'none' : freshness(policy.bundle, clock.now());
    if (now === this.#freshness) return;
    this.#freshness = now;
    const { staleAfter, hardExpiresAt } = policy?.bundle ?? {};
    if (now === 'stale') log.warn({ staleAfter, hardExpiresAt }, 'The policy is stale: no newer one has arrived.');
    if (now === 'expired') log.error({ hardExpiresAt }, 'The policy has expired: every call is refused.');
  }
}
