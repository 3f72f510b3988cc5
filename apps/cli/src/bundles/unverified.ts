import {
  type BundlePayload,
  decodeBase64,
  PAYLOAD_TYPES,
  type RootPayload,
  type Verified,
  verifyBundle,
} from '@rollcall/bundle';
import { MAX_DEPTH, parseStrict } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';

/** What an envelope claims to be, without any signature checked; null when it is not even an envelope. */
export function claimedKind(bytes: Uint8Array): keyof typeof PAYLOAD_TYPES | null {
  const type = envelopeOf(bytes)?.['payloadType'];
  const kinds = Object.keys(PAYLOAD_TYPES) as (keyof typeof PAYLOAD_TYPES)[];
  return kinds.find((kind) => PAYLOAD_TYPES[kind] === type) ?? null;
}

/** What an envelope claims to say, without any signature checked: for finding the next file, never for a decision. */
export function claimedPayload(bytes: Uint8Array): JsonObject | null {
  const encoded = envelopeOf(bytes)?.['payload'];
  const payload = typeof encoded === 'string' ? decodeBase64(encoded) : null;
  return payload === null ? null : objectOf(payload, 16);
}

/**
 * Reads a bundle for showing, without trusting it: form, features and the digest of its state are checked as always, but
 * every signature passes and the bundle is its own audience and time. Nothing it says may be enforced.
 */
export function readUnverifiedBundle(bytes: Uint8Array): Verified<BundlePayload> {
  const claimed = claimedPayload(bytes) ?? {};
  const said = isJsonObject(claimed['audience']) ? claimed['audience'] : {};
  const audience = { organization: String(said['organization']), environment: String(said['environment']) };
  const epoch = typeof claimed['epoch'] === 'number' ? claimed['epoch'] : 0;
  const root = anybodysRoot(bytes, { organization: audience.organization, epoch });
  const now = new Date(String(claimed['issuedAt']));
  return verifyBundle(bytes, { root, audience, now, verify: () => true }, null);
}

/** A root in which whoever signed these bytes may publish. */
function anybodysRoot(bytes: Uint8Array, parts: { organization: string; epoch: number }): RootPayload {
  const listed = envelopeOf(bytes)?.['signatures'];
  const signatures = Array.isArray(listed) ? listed.slice(0, 32) : [];
  const keyids = signatures.flatMap((one) =>
    isJsonObject(one) && typeof one['keyid'] === 'string' ? [one['keyid']] : [],
  );
  const key = { algorithm: 'ed25519', public: Buffer.alloc(32).toString('base64') } as const;
  const role = { keyids, threshold: 1 };
  return {
    format: 'rollcall.root.v1',
    organization: parts.organization,
    version: 1,
    epoch: parts.epoch,
    expiresAt: '9999-12-31T23:59:59.999Z',
    keys: Object.fromEntries(keyids.map((keyid) => [keyid, key])),
    roles: { root: role, publish: role, timestamp: role, kill: role },
  };
}

function envelopeOf(bytes: Uint8Array): JsonObject | null {
  return objectOf(bytes, 0);
}

function objectOf(bytes: Uint8Array, extraDepth: number): JsonObject | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const parsed = parseStrict(text, { maxBytes: bytes.length * 3, maxDepth: MAX_DEPTH + extraDepth });
  const value: JsonValue = parsed.ok ? parsed.value : null;
  return isJsonObject(value) ? value : null;
}
