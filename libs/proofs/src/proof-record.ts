import { createHash, createPublicKey, ECDH, type KeyObject, verify } from 'node:crypto';

/** A public key as a domain publishes it: `v=MCPv1; k=ed25519|ecdsap384; p=BASE64`. */
export type ProofKey = { algorithm: 'ed25519' | 'ecdsap384'; raw: Uint8Array };

/** What was signed and the signature as it was sent. */
export type SignedTimestamp = { timestamp: string; signature: Uint8Array };

const RECORD = /^v=MCPv1;\s*k=([a-z0-9]+);\s*p=([A-Za-z0-9+/]{4,200}={0,2});?$/;
const MAX_RECORDS = 32;
const RAW_BYTES = { ed25519: 32, ecdsap384: 49 } as const;
const SIGNATURE_BYTES = { ed25519: 64, ecdsap384: 96 } as const;

/** The usable keys among the texts a domain publishes; what is malformed or of another kind is left out. */
export function proofKeys(texts: readonly string[]): ProofKey[] {
  return texts
    .map((text) => keyOf(text.trim()))
    .filter((key) => key !== null)
    .slice(0, MAX_RECORDS);
}

function keyOf(text: string): ProofKey | null {
  const [, algorithm, encoded] = text.length > 400 ? [] : (RECORD.exec(text) ?? []);
  if ((algorithm !== 'ed25519' && algorithm !== 'ecdsap384') || encoded === undefined) return null;
  const raw = Buffer.from(encoded, 'base64');
  return raw.byteLength === RAW_BYTES[algorithm] ? { algorithm, raw } : null;
}

/** The first key whose signature over the timestamp's text this is, or null. */
export function signingKey(keys: readonly ProofKey[], { timestamp, signature }: SignedTimestamp): ProofKey | null {
  return keys.find((key) => signed(key, Buffer.from(timestamp, 'utf8'), signature)) ?? null;
}

function signed(key: ProofKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.byteLength !== SIGNATURE_BYTES[key.algorithm]) return false;
  const object = keyObject(key);
  if (object === null) return false;
  return key.algorithm === 'ed25519'
    ? verify(null, message, object, signature)
    : verify('sha384', message, { key: object, dsaEncoding: 'ieee-p1363' }, signature);
}

/** Null when the bytes are no point of the curve. */
function keyObject({ algorithm, raw }: ProofKey): KeyObject | null {
  try {
    return createPublicKey({ key: algorithm === 'ed25519' ? ed25519Jwk(raw) : p384Jwk(raw), format: 'jwk' });
  } catch {
    return null;
  }
}

const ed25519Jwk = (raw: Uint8Array) => ({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') });

function p384Jwk(raw: Uint8Array) {
  const point = ECDH.convertKey(raw, 'secp384r1', undefined, undefined, 'uncompressed') as Buffer;
  const [x, y] = [point.subarray(1, 49), point.subarray(49)].map((part) => part.toString('base64url'));
  return { kty: 'EC', crv: 'P-384', x: x ?? '', y: y ?? '' };
}

/** `ed25519:` and the first 16 hex digits of the SHA-256 of the raw key: enough for a person to see that a record is stale. */
export function fingerprint({ algorithm, raw }: ProofKey): string {
  return `${algorithm}:${createHash('sha256').update(raw).digest('hex').slice(0, 16)}`;
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** The moment an RFC 3339 text names, or null. */
export function momentOf(timestamp: string): Date | null {
  const moment = RFC_3339.test(timestamp) ? new Date(timestamp) : null;
  return moment === null || Number.isNaN(moment.getTime()) ? null : moment;
}
