import { canonicalJson } from '@rollcall/contract';
import { ok } from '@rollcall/kernel';
import { parsePayload } from './payload.js';
import { checkTrust } from './payload-schemas.js';
import { refuse, type Verified } from './refusals.js';
import { type VerifyContext, verifyBundle, verifyTimestamp } from './verify.js';
import type { BundlePayload, TimestampPayload, TrustState } from './wire.js';

/** A reader's situation: the verified root, itself, what it remembers (null on first contact), the time. */
export type AcceptContext = VerifyContext & {
  trust: TrustState | null;
  /** At a restart without a connection the timestamp on disk may have expired; everything else is checked as ever. */
  tolerateExpiredTimestamp?: boolean;
};

/** An accepted pointer. `needsBundle` is false when it names the bundle the reader already trusts. */
export type AcceptedTimestamp = {
  timestamp: TimestampPayload;
  needsBundle: boolean;
  /** To persist before the kill list is applied; null as long as no bundle was ever accepted. */
  trust: TrustState | null;
};

/** An accepted update, with the trust state to persist *before* activating it. */
export type AcceptedUpdate = { timestamp: TimestampPayload; bundle: BundlePayload; trust: TrustState };

/**
 * Accepts a polled timestamp against what the reader remembers: no older root, epoch, serial or kill list, and no second
 * bundle under a known serial. Its kill list may then be applied at once, before any bundle is fetched.
 */
export function acceptTimestamp(timestampBytes: Uint8Array, context: AcceptContext): Verified<AcceptedTimestamp> {
  const { root, trust, now } = context;
  if (now.getTime() >= Date.parse(root.expiresAt)) {
    return refuse('ROOT_EXPIRED', `Root ${root.version} expired at ${root.expiresAt}.`);
  }
  const remembered = trust === null ? ok(null) : checkRemembered(trust, context);
  if (!remembered.ok) return remembered;
  const verified = verifyTimestamp(timestampBytes, context, {
    tolerateExpired: context.tolerateExpiredTimestamp === true,
  });
  if (!verified.ok) return verified;
  const timestamp = verified.value;
  if (trust === null) return ok({ timestamp, needsBundle: true, trust: null });
  const forward = checkForward(timestamp, trust);
  if (!forward.ok) return forward;
  const needsBundle = timestamp.epoch !== trust.epoch || timestamp.serial !== trust.serial;
  const raised = { ...trust, rootVersion: root.version, killSequence: timestamp.kill.sequence };
  return ok({ timestamp, needsBundle, trust: raised });
}

/**
 * The whole acceptance step of a reader, online and again at boot from disk: root, timestamp, then the bundle it names.
 * Any refusal means: keep what you have, report it, activate nothing.
 */
export function acceptUpdate(
  update: AcceptContext & { timestampBytes: Uint8Array; bundleBytes: Uint8Array },
): Verified<AcceptedUpdate> {
  const pointer = acceptTimestamp(update.timestampBytes, update);
  if (!pointer.ok) return pointer;
  const { timestamp } = pointer.value;
  const verified = verifyBundle(update.bundleBytes, update, timestamp);
  if (!verified.ok) return verified;
  const bundle = verified.value;
  const chained = checkChain(bundle, update.trust);
  if (!chained.ok) return chained;
  const trust: TrustState = {
    format: 'rollcall.trust.v1',
    audience: { organization: update.audience.organization, environment: update.audience.environment },
    rootVersion: update.root.version,
    epoch: bundle.epoch,
    serial: bundle.serial,
    killSequence: timestamp.kill.sequence,
    bundleSha256: timestamp.bundle.sha256,
  };
  return ok({ timestamp, bundle, trust });
}

/** Reads a persisted trust state; damage is a refusal, because a reader that forgot its past can be rolled back. */
export function parseTrustState(bytes: Uint8Array): Verified<TrustState> {
  const parsed = parsePayload(bytes);
  if (!parsed.ok) return parsed;
  const checked = checkTrust(parsed.value);
  return 'problem' in checked
    ? refuse('MALFORMED', `The stored trust state is damaged at ${checked.problem}.`)
    : ok(checked.value);
}

function checkRemembered(trust: TrustState, { root, audience }: AcceptContext): Verified<null> {
  if (canonicalJson(trust.audience) !== canonicalJson(audience)) {
    const { organization, environment } = trust.audience;
    return refuse('WRONG_AUDIENCE', `The stored trust state is of ${organization}/${environment}, not of this reader.`);
  }
  if (root.version < trust.rootVersion || root.epoch < trust.epoch) {
    const message = `Root ${root.version} (epoch ${root.epoch}) is older than root ${trust.rootVersion} (epoch ${trust.epoch}), which was trusted before.`;
    return refuse('ROOT_ROLLBACK', message);
  }
  return ok(null);
}

function checkForward(timestamp: TimestampPayload, trust: TrustState): Verified<null> {
  const { epoch, serial, kill } = timestamp;
  if (epoch < trust.epoch || (epoch === trust.epoch && serial < trust.serial)) {
    const message = `Epoch ${epoch} serial ${serial} is older than epoch ${trust.epoch} serial ${trust.serial}, which was accepted before.`;
    return refuse('ROLLBACK', message);
  }
  if (kill.sequence < trust.killSequence) {
    const message = `Kill list ${kill.sequence} is older than ${trust.killSequence}, which was accepted before.`;
    return refuse('ROLLBACK', message);
  }
  const same = epoch === trust.epoch && serial === trust.serial;
  if (same && timestamp.bundle.sha256 !== trust.bundleSha256) {
    const message = `Epoch ${epoch} serial ${serial} was accepted before with other bytes.`;
    return refuse('SAME_SERIAL_OTHER_BYTES', message);
  }
  return ok(null);
}

/** The direct successor names the bundle it follows: another name means that its publisher has another history. */
function checkChain(bundle: BundlePayload, trust: TrustState | null): Verified<null> {
  const follows = trust !== null && bundle.epoch === trust.epoch && bundle.serial === trust.serial + 1;
  if (!follows || bundle.previous === trust.bundleSha256) return ok(null);
  const message = `Serial ${bundle.serial} does not follow the bytes that were accepted as serial ${trust.serial}.`;
  return refuse('SAME_SERIAL_OTHER_BYTES', message);
}
