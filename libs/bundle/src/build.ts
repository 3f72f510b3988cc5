import { digestOf, sha256Hex } from '@rollcall/contract';
import type { PolicyState } from '@rollcall/policy';
import { encodeBase64 } from './base64.js';
import { keyIdOf } from './dsse.js';
import { featuresOf } from './features.js';
import type { BundlePayload, RootPayload, TimestampPayload, TrustKey, TrustRole } from './wire.js';

/** What a new root says: per role the public keys (32 raw bytes each) and how many of them must sign. */
export type RootParts = Pick<RootPayload, 'organization' | 'version' | 'epoch' | 'expiresAt'> & {
  roles: Record<TrustRole, { publicKeys: Uint8Array[]; threshold: number }>;
};

/** Builds a root payload; key ids are derived, never given. Sign it with the root keys of this and the previous version. */
export function makeRoot(parts: RootParts): RootPayload {
  const keys = new Map<string, TrustKey>();
  const role = (name: TrustRole) => {
    const { publicKeys, threshold } = parts.roles[name];
    const keyids = publicKeys.map((raw) => {
      keys.set(keyIdOf(raw), { algorithm: 'ed25519', public: encodeBase64(raw) });
      return keyIdOf(raw);
    });
    return { keyids: keyids.sort(), threshold };
  };
  const roles = { root: role('root'), publish: role('publish'), timestamp: role('timestamp'), kill: role('kill') };
  const { organization, version, epoch, expiresAt } = parts;
  const format = 'rollcall.root.v1';
  return { format, organization, version, epoch, expiresAt, keys: Object.fromEntries(keys), roles };
}

/** What a new bundle says; features and the state's digest are derived. */
export type BundleParts = Omit<BundlePayload, 'format' | 'features' | 'stateDigest' | 'state'> & { state: PolicyState };

/** Builds a bundle payload: same parts, same canonical bytes. */
export function makeBundle(parts: BundleParts): BundlePayload {
  return {
    format: 'rollcall.bundle.v1',
    audience: parts.audience,
    epoch: parts.epoch,
    serial: parts.serial,
    previous: parts.previous,
    issuedAt: parts.issuedAt,
    staleAfter: parts.staleAfter,
    hardExpiresAt: parts.hardExpiresAt,
    features: featuresOf(parts.state),
    stateDigest: digestOf(parts.state),
    state: parts.state,
  };
}

/** What a new timestamp says; `bundleBytes` is the signed envelope exactly as it will be served. */
export type TimestampParts = Omit<TimestampPayload, 'format' | 'bundle'> & { bundleBytes: Uint8Array };

/** Builds a timestamp payload that names these bundle bytes by digest and length. */
export function makeTimestamp(parts: TimestampParts): TimestampPayload {
  return {
    format: 'rollcall.timestamp.v1',
    audience: parts.audience,
    rootVersion: parts.rootVersion,
    epoch: parts.epoch,
    serial: parts.serial,
    bundle: { sha256: sha256Hex(parts.bundleBytes), length: parts.bundleBytes.length },
    kill: parts.kill,
    issuedAt: parts.issuedAt,
    expiresAt: parts.expiresAt,
  };
}
