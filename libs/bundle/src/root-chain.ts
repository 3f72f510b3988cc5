import { ok } from '@rollcall/kernel';
import { decodeBase64 } from './base64.js';
import { type Ed25519Verify, type KeySet, openEnvelope, readUnverified } from './dsse.js';
import { MAX_BYTES, MAX_ROOT_CHAIN } from './limits.js';
import { parsePayload } from './payload.js';
import { checkRoot } from './payload-schemas.js';
import { refuse, type Verified } from './refusals.js';
import { PAYLOAD_TYPES, type RootPayload, type TrustRole } from './wire.js';

/** The keys that may sign for a role, by key id. */
export function roleKeys(root: RootPayload, role: TrustRole): KeySet {
  const keys = new Map<string, Uint8Array>();
  for (const keyid of root.roles[role].keyids) {
    const key = Object.hasOwn(root.keys, keyid) ? root.keys[keyid] : undefined;
    const raw = key === undefined ? null : decodeBase64(key.public);
    if (raw !== null) keys.set(keyid, raw);
  }
  return keys;
}

/**
 * Walks from a pinned root file (trusted because somebody installed it) through its successors, oldest first. Each
 * successor must have the next version, the same organization, no lower epoch, and a threshold of signatures of the root
 * keys before it and of its own. Expiry is not looked at: only the last root's matters, and `acceptUpdate` checks it.
 */
export function verifyRootChain(
  pinned: Uint8Array,
  later: readonly Uint8Array[],
  options: { organization: string; verify: Ed25519Verify },
): Verified<RootPayload> {
  if (later.length > MAX_ROOT_CHAIN) {
    return refuse('MALFORMED', `The chain has ${later.length} roots; at most ${MAX_ROOT_CHAIN} are followed.`);
  }
  const first = readRoot(pinned, options);
  if (!first.ok) return first;
  let current = first.value;
  for (const bytes of later) {
    const next = verifySuccessor(current, bytes, options);
    if (!next.ok) return next;
    current = next.value;
  }
  return ok(current);
}

function verifySuccessor(
  current: RootPayload,
  bytes: Uint8Array,
  options: { organization: string; verify: Ed25519Verify },
): Verified<RootPayload> {
  const byPredecessor = openRoot(bytes, current, options.verify);
  if (!byPredecessor.ok) return byPredecessor;
  const next = readRoot(bytes, options);
  if (!next.ok) return next;
  if (next.value.version !== current.version + 1) {
    const message = `Root ${next.value.version} cannot follow root ${current.version}; versions go up by one.`;
    return refuse('ROOT_ROLLBACK', message);
  }
  if (next.value.epoch < current.epoch) {
    const message = `Root ${next.value.version} lowers the epoch from ${current.epoch} to ${next.value.epoch}.`;
    return refuse('ROOT_ROLLBACK', message);
  }
  return next;
}

/** A root signed by its own keys, of the right organization. */
function readRoot(bytes: Uint8Array, options: { organization: string; verify: Ed25519Verify }): Verified<RootPayload> {
  const claimed = peekRoot(bytes);
  if (!claimed.ok) return claimed;
  const opened = openRoot(bytes, claimed.value, options.verify);
  if (!opened.ok) return opened;
  if (claimed.value.organization !== options.organization) {
    const message = `The root belongs to organization "${claimed.value.organization}", not "${options.organization}".`;
    return refuse('WRONG_AUDIENCE', message);
  }
  return claimed;
}

/** Reads a root's own claim about its keys; worth nothing before {@link openRoot} has checked the signatures. */
function peekRoot(bytes: Uint8Array): Verified<RootPayload> {
  const read = readUnverified(bytes, { payloadType: PAYLOAD_TYPES.root, maxBytes: MAX_BYTES.root });
  if (!read.ok) return read;
  const parsed = parsePayload(read.value.payload);
  if (!parsed.ok) return parsed;
  const checked = checkRoot(parsed.value);
  return 'problem' in checked ? refuse('MALFORMED', `The root is malformed at ${checked.problem}.`) : ok(checked.value);
}

function openRoot(bytes: Uint8Array, signedBy: RootPayload, verify: Ed25519Verify): Verified<unknown> {
  const { threshold } = signedBy.roles.root;
  const keys = roleKeys(signedBy, 'root');
  return openEnvelope(bytes, { payloadType: PAYLOAD_TYPES.root, keys, threshold, verify, maxBytes: MAX_BYTES.root });
}
