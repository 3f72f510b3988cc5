import { canonicalJson, digestOf, sha256Hex } from '@rollcall/contract';
import { isJsonObject, type JsonValue, ok } from '@rollcall/kernel';
import { type Ed25519Verify, openEnvelope } from './dsse.js';
import { unknownFeatures } from './features.js';
import { CLOCK_SKEW_MS, MAX_BYTES } from './limits.js';
import { parsePayload } from './payload.js';
import { checkBundle, checkTimestamp } from './payload-schemas.js';
import { refuse, type Verified } from './refusals.js';
import { roleKeys } from './root-chain.js';
import {
  type Audience,
  type BundlePayload,
  PAYLOAD_TYPES,
  type RootPayload,
  type TimestampPayload,
  type TrustRole,
} from './wire.js';

/** What every verification needs: a verified root, the reader's own audience, the time, and the platform's Ed25519. */
export type VerifyContext = { root: RootPayload; audience: Audience; now: Date; verify: Ed25519Verify };

/**
 * Verifies one timestamp by itself: signatures, form, audience, root version, epoch and validity. What a reader remembers
 * (rollback, equivocation) is `acceptTimestamp`'s matter.
 */
export function verifyTimestamp(
  bytes: Uint8Array,
  context: VerifyContext,
  options: { tolerateExpired?: boolean } = {},
): Verified<TimestampPayload> {
  const opened = open(bytes, context, 'timestamp');
  if (!opened.ok) return opened;
  const checked = checkTimestamp(opened.value);
  if ('problem' in checked) return refuse('MALFORMED', `The timestamp is malformed at ${checked.problem}.`);
  const timestamp = checked.value;
  const bound = checkBinding(timestamp, context);
  if (!bound.ok) return bound;
  if (timestamp.rootVersion > context.root.version) {
    const message = `The timestamp needs root ${timestamp.rootVersion}, but only root ${context.root.version} is trusted here.`;
    return refuse('ROOT_ROLLBACK', message);
  }
  if (options.tolerateExpired !== true && context.now.getTime() >= Date.parse(timestamp.expiresAt)) {
    return refuse('EXPIRED', `The timestamp expired at ${timestamp.expiresAt}.`);
  }
  return ok(timestamp);
}

/**
 * Verifies one bundle: signatures, features, form, audience, epoch, validity, the digest of its state and, when a
 * timestamp is given, that these are exactly the bytes it names.
 */
export function verifyBundle(
  bytes: Uint8Array,
  context: VerifyContext,
  timestamp: TimestampPayload | null,
): Verified<BundlePayload> {
  const named = timestamp === null ? ok(bytes) : checkObject(bytes, timestamp);
  if (!named.ok) return named;
  const opened = open(bytes, context, 'bundle');
  if (!opened.ok) return opened;
  // Before the form: a feature this reader does not know may add fields, and the reason should say so.
  const unknown = isJsonObject(opened.value) ? unknownFeatures(opened.value['features']) : [];
  if (unknown.length > 0) {
    return refuse('UNKNOWN_FEATURE', `The bundle needs what this reader does not know: ${unknown.join(', ')}.`);
  }
  const checked = checkBundle(opened.value);
  if ('problem' in checked) return refuse('MALFORMED', `The bundle is malformed at ${checked.problem}.`);
  const bundle = checked.value;
  const bound = checkBinding(bundle, context);
  if (!bound.ok) return bound;
  if (timestamp !== null && (bundle.epoch !== timestamp.epoch || bundle.serial !== timestamp.serial)) {
    const message = `The timestamp names epoch ${timestamp.epoch} serial ${timestamp.serial}, the bundle says epoch ${bundle.epoch} serial ${bundle.serial}.`;
    return refuse('TIMESTAMP_BUNDLE_MISMATCH', message);
  }
  if (digestOf(bundle.state) !== bundle.stateDigest) {
    return refuse('STATE_DIGEST_MISMATCH', 'The state in the bundle does not have the digest the bundle states.');
  }
  if (context.now.getTime() >= Date.parse(bundle.hardExpiresAt)) {
    return refuse('EXPIRED', `The bundle expired at ${bundle.hardExpiresAt}.`);
  }
  return ok(bundle);
}

/** How old a policy is: `stale` from `staleAfter` on (alarm), `expired` from `hardExpiresAt` on (deny). */
export function freshness(
  bundle: Pick<BundlePayload, 'staleAfter' | 'hardExpiresAt'>,
  now: Date,
): 'fresh' | 'stale' | 'expired' {
  // Written so that an unreadable date counts as passed.
  if (!(now.getTime() < Date.parse(bundle.hardExpiresAt))) return 'expired';
  return now.getTime() < Date.parse(bundle.staleAfter) ? 'fresh' : 'stale';
}

const SIGNED_BY: Record<'timestamp' | 'bundle', TrustRole> = { timestamp: 'timestamp', bundle: 'publish' };

function open(bytes: Uint8Array, context: VerifyContext, kind: 'timestamp' | 'bundle'): Verified<JsonValue> {
  const role = SIGNED_BY[kind];
  const opened = openEnvelope(bytes, {
    payloadType: PAYLOAD_TYPES[kind],
    keys: roleKeys(context.root, role),
    threshold: context.root.roles[role].threshold,
    verify: context.verify,
    maxBytes: MAX_BYTES[kind],
  });
  return opened.ok ? parsePayload(opened.value.payload) : opened;
}

function checkObject(bytes: Uint8Array, timestamp: TimestampPayload): Verified<Uint8Array> {
  if (bytes.length !== timestamp.bundle.length) {
    const message = `The bundle has ${bytes.length} bytes, the timestamp says ${timestamp.bundle.length}.`;
    return refuse('LENGTH_MISMATCH', message);
  }
  if (sha256Hex(bytes) !== timestamp.bundle.sha256) {
    return refuse('DIGEST_MISMATCH', 'The bundle is not the object the timestamp names.');
  }
  return ok(bytes);
}

/** What timestamp and bundle have in common: for this reader, of the root's epoch, not from the future. */
function checkBinding(
  payload: { audience: Audience; epoch: number; issuedAt: string },
  { audience, root, now }: VerifyContext,
): Verified<null> {
  if (canonicalJson(payload.audience) !== canonicalJson(audience)) {
    const { organization, environment } = payload.audience;
    return refuse('WRONG_AUDIENCE', `The document is for ${organization}/${environment}, not for this reader.`);
  }
  if (root.organization !== audience.organization) {
    return refuse('WRONG_AUDIENCE', `The root belongs to organization "${root.organization}", not to this reader's.`);
  }
  if (payload.epoch < root.epoch) {
    return refuse('ROLLBACK', `The document is of epoch ${payload.epoch}; the root has raised it to ${root.epoch}.`);
  }
  if (payload.epoch > root.epoch) {
    // Only the offline root may raise an epoch, or a stolen online key could restart the serials.
    const message = `The document claims epoch ${payload.epoch}; root ${root.version} stands at ${root.epoch}.`;
    return refuse('ROOT_ROLLBACK', message);
  }
  if (Date.parse(payload.issuedAt) > now.getTime() + CLOCK_SKEW_MS) {
    return refuse('NOT_YET_VALID', `The document says it was issued at ${payload.issuedAt}, which is in the future.`);
  }
  return ok(null);
}
