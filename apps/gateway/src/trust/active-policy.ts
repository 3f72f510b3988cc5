import type { BundlePayload, KillList } from '@rollcall/bundle';
import { indexPolicy, type PolicyIndex, withKillList } from '@rollcall/policy';

/** A verified bundle turned into what decisions need. Immutable: an update makes a new one, and one pointer is swapped. */
export type ActivePolicy = {
  readonly index: PolicyIndex;
  readonly bundle: BundlePayload;
  readonly bundleSha256: string;
  readonly kill: KillList;
  readonly rootVersion: number;
  readonly staleAfterMs: number;
  readonly hardExpiresAtMs: number;
};

/** The policy in force, or why there is none. */
export type PolicyStanding =
  | { ok: true; policy: ActivePolicy }
  | { ok: false; code: 'POLICY_UNAVAILABLE' | 'POLICY_EXPIRED'; message: string };

/** Builds the policy that a verified pair of documents puts in force. */
export function activePolicy(
  bundle: BundlePayload,
  parts: { bundleSha256: string; kill: KillList; rootVersion: number; previous: ActivePolicy | null },
): ActivePolicy {
  const { bundleSha256, kill, rootVersion, previous } = parts;
  // A newer timestamp over the same bundle only changes the kill list: the maps are kept.
  const index = previous?.bundleSha256 === bundleSha256 ? previous.index : indexPolicy(bundle.state);
  return {
    index: withKillList(index, kill.deny),
    bundle,
    bundleSha256,
    kill,
    rootVersion,
    staleAfterMs: Date.parse(bundle.staleAfter),
    hardExpiresAtMs: Date.parse(bundle.hardExpiresAt),
  };
}

/** The one place that knows which policy is in force; starts with none, which denies everything. */
export class PolicyHolder {
  #policy: ActivePolicy | null = null;
  #absence: { code: 'POLICY_UNAVAILABLE' | 'POLICY_EXPIRED'; message: string } = {
    code: 'POLICY_UNAVAILABLE',
    message: 'No policy has been received yet.',
  };

  /** The policy to decide with at `nowMs`. An expired one is not used: the gateway fails closed. */
  standing(nowMs: number): PolicyStanding {
    const policy = this.#policy;
    if (policy === null) return { ok: false, ...this.#absence };
    // Written so that an unreadable date is an expired one.
    if (nowMs < policy.hardExpiresAtMs) return { ok: true, policy };
    const message = `The policy of this gateway expired at ${policy.bundle.hardExpiresAt}; nothing is allowed until a newer one arrives.`;
    return { ok: false, code: 'POLICY_EXPIRED', message };
  }

  /** The last activated policy whether or not it has expired: for reports, never for decisions. */
  get last(): ActivePolicy | null {
    return this.#policy;
  }

  /** Puts a policy in force. */
  activate(policy: ActivePolicy): void {
    this.#policy = policy;
  }

  /** Records why there is no policy. */
  explainAbsence(code: string, message: string): void {
    this.#absence = { code: code === 'EXPIRED' ? 'POLICY_EXPIRED' : 'POLICY_UNAVAILABLE', message };
  }
}
