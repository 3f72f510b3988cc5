import { hash } from 'node:crypto';
import {
  type AcceptContext,
  type Audience,
  acceptTimestamp,
  acceptUpdate,
  type BundlePayload,
  MAX_BYTES,
  type RootPayload,
  type TimestampPayload,
  type TrustState,
  verifyRootChain,
  verifyTimestamp,
} from '@rollcall/bundle';
import { type Clock, err, ok, type RefusalParts, type Result } from '@rollcall/kernel';
import { activePolicy, type PolicyHolder } from './active-policy.js';
import { verifyEd25519 } from './ed25519.js';
import type { StoredPair, TrustStore } from './trust.store.js';

/** Fetches what a timestamp or a root version names; null when the control plane has no such object. */
export type ObjectSource = {
  object(sha256: string, maxBytes: number): Promise<Uint8Array>;
  root(version: number): Promise<Uint8Array | null>;
};

/** What an updater works with. */
export type UpdaterParts = {
  audience: Audience;
  pinnedRoot: Uint8Array;
  store: TrustStore;
  holder: PolicyHolder;
  clock: Clock;
};

/** What taking a timestamp led to. */
export type Taken = 'activated' | 'kill_list' | 'unchanged';

/**
 * Accepts policy: verify, persist, then swap one pointer. Boot goes through the same verification as the network does,
 * because a file on disk is no more trustworthy than a byte from a cable.
 */
export class Updater {
  readonly #parts: UpdaterParts;
  #roots: Uint8Array[] = [];
  #root: RootPayload;
  #trust: TrustState | null = null;

  constructor(parts: UpdaterParts) {
    this.#parts = parts;
    this.#root = this.#verifiedRoot([]);
  }

  /** The version of the root that is trusted now. */
  get rootVersion(): number {
    return this.#root.version;
  }

  /** Restores what was in force before the restart; the reason when nothing may be. */
  async restore(): Promise<Result<'restored' | 'fresh_install'>> {
    const { store, holder } = this.#parts;
    const stored = await store.load(this.#root.version);
    if (stored.roots.length > 0) this.#root = this.#verifiedRoot(stored.roots);
    if (stored.pair === null && stored.trust.state === 'absent') return ok('fresh_install');
    const trust = stored.trust.state === 'present' ? stored.trust.value : null;
    if (trust === null || stored.pair === null) {
      // What is left still says how far this gateway had come: it may raise the floor, never be put in force.
      this.#trust = trust ?? (stored.pair === null ? null : this.#floorFrom(stored.pair));
      const reason = trust === null ? 'There is no usable trust state' : 'The stored policy is gone';
      return this.#absent(
        'NO_TRUST_STATE',
        `${reason}: nothing is allowed until a fresh policy is received and verified.`,
      );
    }
    this.#trust = trust;
    const kill = this.#newestKill(stored.newest ?? stored.pair.timestamp, trust);
    if (!kill.ok) return this.#absent(kill.error.code, kill.error.message);
    const accepted = this.#accept(stored.pair, { ...trust, killSequence: 0 });
    if (!accepted.ok) return this.#absent(accepted.error.code, accepted.error.message);
    const { bundle, timestamp } = accepted.value;
    this.#trust = { ...accepted.value.trust, killSequence: kill.value.sequence };
    holder.activate(this.#policy(bundle, { bundle: timestamp.bundle, kill: kill.value }));
    return ok('restored');
  }

  /** Takes a polled timestamp through to activation. A refusal leaves everything as it was. */
  async take(timestampBytes: Uint8Array, source: ObjectSource): Promise<Result<Taken>> {
    let pointer = acceptTimestamp(timestampBytes, this.#context());
    if (!pointer.ok && (await this.followRoots(source)) > 0) pointer = acceptTimestamp(timestampBytes, this.#context());
    if (!pointer.ok) return pointer;
    const { timestamp, needsBundle, trust } = pointer.value;
    const killed = await this.#applyKillList(timestamp, trust, timestampBytes);
    if (!needsBundle && this.#parts.holder.last?.bundleSha256 === timestamp.bundle.sha256) {
      return ok(killed ? 'kill_list' : 'unchanged');
    }
    const bundle = await this.#bundleFor(timestamp, source);
    const pair = { timestamp: timestampBytes, bundle };
    const accepted = acceptUpdate({ ...this.#context(), timestampBytes, bundleBytes: bundle });
    if (!accepted.ok) return accepted;
    await this.#parts.store.saveUpdate(pair, accepted.value.trust);
    this.#trust = accepted.value.trust;
    this.#parts.holder.activate(this.#policy(accepted.value.bundle, timestamp));
    return ok('activated');
  }

  /** Walks to newer roots; the number of roots taken. A root that does not verify ends the walk and changes nothing. */
  async followRoots(source: ObjectSource): Promise<number> {
    for (let taken = 0; ; taken++) {
      const next = await source.root(this.#root.version + 1);
      if (next === null) return taken;
      const chain = this.#chain([...this.#roots, next]);
      if (!chain.ok) return taken;
      await this.#parts.store.saveRoot(chain.value.version, next);
      this.#roots.push(next);
      this.#root = chain.value;
    }
  }

  async #applyKillList(timestamp: TimestampPayload, trust: TrustState | null, bytes: Uint8Array): Promise<boolean> {
    const { holder, store } = this.#parts;
    const policy = holder.last;
    if (trust === null || policy === null || timestamp.kill.sequence <= policy.kill.sequence) return false;
    await store.savePointer(bytes, trust);
    this.#trust = trust;
    holder.activate(this.#policy(policy.bundle, { bundle: { sha256: policy.bundleSha256 }, kill: timestamp.kill }));
    return true;
  }

  async #bundleFor(timestamp: TimestampPayload, source: ObjectSource): Promise<Uint8Array> {
    const { sha256, length } = timestamp.bundle;
    const kept = await this.#parts.store.bundle(sha256);
    // A damaged copy on disk must not keep the good one out.
    const isIntact = kept !== null && hash('sha256', kept, 'hex') === sha256;
    return isIntact ? kept : source.object(sha256, Math.min(length, MAX_BYTES.bundle));
  }

  #accept(pair: StoredPair, trust: TrustState | null) {
    const bytes = { timestampBytes: pair.timestamp, bundleBytes: pair.bundle };
    return acceptUpdate({ ...this.#context(), ...bytes, trust, tolerateExpiredTimestamp: true });
  }

  #floorFrom(pair: StoredPair): TrustState | null {
    const left = this.#accept(pair, null);
    return left.ok ? left.value.trust : null;
  }

  /** The kill list of the newest timestamp on disk; one older than what is remembered is a rollback. */
  #newestKill(bytes: Uint8Array, trust: TrustState): Result<TimestampPayload['kill']> {
    const newest = verifyTimestamp(bytes, this.#context(), { tolerateExpired: true });
    if (!newest.ok) return newest;
    if (newest.value.kill.sequence >= trust.killSequence) return ok(newest.value.kill);
    const message = `The stored kill list ${newest.value.kill.sequence} is older than ${trust.killSequence}, which was accepted before.`;
    return err({ code: 'ROLLBACK', message, nextStep: 'Wait for a fresh policy from the control plane.' });
  }

  #policy(bundle: BundlePayload, from: { bundle: { sha256: string }; kill: TimestampPayload['kill'] }) {
    const parts = { bundleSha256: from.bundle.sha256, kill: from.kill, rootVersion: this.#root.version };
    return activePolicy(bundle, { ...parts, previous: this.#parts.holder.last });
  }

  #context(): AcceptContext {
    const { audience, clock } = this.#parts;
    return { root: this.#root, audience, trust: this.#trust, now: clock.now(), verify: verifyEd25519 };
  }

  #absent(code: string, message: string): { ok: false; error: RefusalParts } {
    this.#parts.holder.explainAbsence(code, message);
    return err({ code, message, nextStep: 'Wait for a fresh policy from the control plane.' });
  }

  #chain(later: readonly Uint8Array[]) {
    const { audience, pinnedRoot } = this.#parts;
    return verifyRootChain(pinnedRoot, later, { organization: audience.organization, verify: verifyEd25519 });
  }

  #verifiedRoot(later: Uint8Array[]): RootPayload {
    const chain = this.#chain(later);
    // Without a root nothing can ever be verified: better no gateway than one that looks alive.
    if (!chain.ok) throw new Error(`The root of trust cannot be used: ${chain.error.message}`);
    this.#roots = later;
    return chain.value;
  }
}
