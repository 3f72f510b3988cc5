import { canonicalJson, sha256Hex } from '@rollcall/contract';
import { isJsonObject, type JsonObject, ok } from '@rollcall/kernel';
import { decodeBase64, encodeBase64 } from './base64.js';
import { refuse, type Verified } from './refusals.js';
import type { Envelope } from './wire.js';

/** Something that signs with one Ed25519 key: a file, an HSM, a cloud service. `keyid` is {@link keyIdOf} of its public key. */
export type Signer = { keyid: string; sign(message: Uint8Array): Promise<Uint8Array> };

/** Ed25519 verification (RFC 8032) given by the platform: 32-byte key, 64-byte signature. Must not throw for a wrong signature. */
export type Ed25519Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** The keys that may sign a document, by key id, as 32 raw bytes. */
export type KeySet = ReadonlyMap<string, Uint8Array>;

/** How to open an envelope: who may sign, how many of them must, and how large it may be in bytes. */
export type OpenOptions = {
  payloadType: string;
  keys: KeySet;
  threshold: number;
  verify: Ed25519Verify;
  maxBytes: number;
};

const SIGNATURE_BYTES = 64;
/** More signatures than anybody needs for a rotation; bounds the work of a hostile envelope. */
const MAX_SIGNATURES = 32;

/** DSSE pre-authentication encoding: what is really signed, so that type and payload can never be re-cut. */
export function pae(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType);
  const head = utf8(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
  const out = new Uint8Array(head.length + payload.length);
  out.set(head);
  out.set(payload, head.length);
  return out;
}

/** The id of a public key: SHA-256 of its 32 raw bytes, lower-case hex. */
export function keyIdOf(publicRaw: Uint8Array): string {
  return sha256Hex(publicRaw);
}

/** Signs a document and returns the exact envelope bytes to serve: canonical JSON, signatures sorted by key id. */
export async function signDocument(payloadType: string, payload: object, signers: Signer[]): Promise<Uint8Array> {
  const bytes = utf8(canonicalJson(payload as JsonObject));
  const message = pae(payloadType, bytes);
  const signatures = await Promise.all(
    signers.map(async ({ keyid, sign }) => ({ keyid, sig: encodeBase64(await sign(message)) })),
  );
  signatures.sort((a, b) => (a.keyid < b.keyid ? -1 : 1));
  return utf8(canonicalJson({ payload: encodeBase64(bytes), payloadType, signatures }));
}

/**
 * Opens an envelope: size, exact form, exact payload type, then `threshold` signatures of distinct known keys over the bytes.
 * Nothing of the payload is parsed before its signatures hold. Signatures of unknown keys are ignored (rotation); a wrong
 * signature of a known key refuses the whole.
 */
export function openEnvelope(
  bytes: Uint8Array,
  options: OpenOptions,
): Verified<{ payload: Uint8Array; signedBy: string[] }> {
  const read = readUnverified(bytes, options);
  if (!read.ok) return read;
  const { payload, signatures } = read.value;
  const message = pae(options.payloadType, payload);
  const signedBy = new Set<string>();
  for (const { keyid, sig } of signatures) {
    const key = options.keys.get(keyid);
    if (key === undefined) continue;
    const signature = decodeBase64(sig);
    if (signature?.length !== SIGNATURE_BYTES || !options.verify(key, message, signature)) {
      return refuse('SIGNATURE_INVALID', `The signature of key ${keyid.slice(0, 12)} does not match the document.`);
    }
    signedBy.add(keyid);
  }
  if (options.threshold < 1 || signedBy.size < options.threshold) {
    const found = `${signedBy.size} of ${options.threshold} required signatures`;
    return refuse('SIGNATURE_INVALID', `The document carries ${found} of keys that may sign it.`);
  }
  return ok({ payload, signedBy: [...signedBy].sort() });
}

/** The payload of an envelope whose signatures nobody has checked: only for a root, which names its own keys. */
export function readUnverified(
  bytes: Uint8Array,
  options: { payloadType: string; maxBytes: number },
): Verified<{ payload: Uint8Array; signatures: Envelope['signatures'] }> {
  if (bytes.length > options.maxBytes) {
    return refuse('MALFORMED', `The document has ${bytes.length} bytes; at most ${options.maxBytes} are accepted.`);
  }
  const text = decodeUtf8(bytes);
  const envelope = text === null ? null : readEnvelope(text);
  const payload = envelope === null ? null : decodeBase64(envelope.payload);
  // Exactly one spelling: this rules out duplicate keys, white space, other escapes and unsigned bytes anywhere.
  if (envelope === null || payload === null || canonicalJson(envelope) !== text) {
    return refuse('MALFORMED', 'The document is not a DSSE envelope in canonical form.');
  }
  if (envelope.payloadType !== options.payloadType) {
    return refuse('WRONG_PAYLOAD_TYPE', `Expected ${options.payloadType}, but this is ${envelope.payloadType}.`);
  }
  return ok({ payload, signatures: envelope.signatures });
}

function readEnvelope(text: string): Envelope | null {
  const value = parseJson(text);
  if (!isJsonObject(value)) return null;
  const { payload, payloadType, signatures } = value;
  if (typeof payload !== 'string' || !matches(PAYLOAD_TYPE, payloadType)) return null;
  if (!Array.isArray(signatures) || signatures.length > MAX_SIGNATURES) return null;
  const read: Envelope['signatures'] = [];
  for (const signature of signatures) {
    if (!isJsonObject(signature)) return null;
    const { keyid, sig } = signature;
    if (!matches(KEY_ID, keyid) || !matches(SIGNATURE, sig)) return null;
    read.push({ keyid, sig });
  }
  return { payload, payloadType, signatures: read };
}

const PAYLOAD_TYPE = /^[\x20-\x7e]{1,128}$/;
const KEY_ID = /^[0-9a-f]{64}$/;
const SIGNATURE = /^[A-Za-z0-9+/=]{0,128}$/;
const matches = (pattern: RegExp, value: unknown): value is string => typeof value === 'string' && pattern.test(value);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Strict UTF-8, or null; a byte order mark is kept, and so refused by the parser. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
