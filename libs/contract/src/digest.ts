import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { JsonValue } from '@rollcall/kernel';
import type { Digest } from './contract.js';

/** Every definition passes here value by value: looking up a global each time would cost more than the text. */
const { stringify } = JSON;
const { isArray } = Array;
const { keys } = Object;

/** Without the flag `u` this finds halves of pairs too, and most text has neither: it is much the cheaper question. */
const ANY_SURROGATE = /[\uD800-\uDFFF]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** True when the text has a surrogate without its partner: such text has no UTF-8 form and no stable digest. */
export function hasLoneSurrogate(text: string): boolean {
  return ANY_SURROGATE.test(text) && LONE_SURROGATE.test(text);
}

/** RFC 8785 text of a JSON value: keys sorted by UTF-16 code units, no white space; throws on what JSON cannot hold. */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return canonicalNumber(value);
  if (typeof value === 'string') return canonicalString(value);
  if (isArray(value)) return canonicalList(value);
  if (typeof value !== 'object') throw new TypeError(`A ${typeof value} has no canonical JSON form.`);
  let text = '{';
  for (const key of keys(value).sort()) {
    if (text.length > 1) text += ',';
    text += `${canonicalString(key)}:${canonicalJson(value[key] as JsonValue)}`;
  }
  return `${text}}`;
}

function canonicalList(values: readonly JsonValue[]): string {
  let text = '[';
  for (const value of values) text += text.length > 1 ? `,${canonicalJson(value)}` : canonicalJson(value);
  return `${text}]`;
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError('A number that is not finite has no canonical JSON form.');
  return stringify(value);
}

function canonicalString(value: string): string {
  if (hasLoneSurrogate(value)) throw new TypeError('Text with a lone surrogate has no canonical JSON form.');
  return stringify(value);
}

/** SHA-256 of the bytes, or of the UTF-8 form of the text, as 64 lower-case hexadecimal digits. */
export function sha256Hex(input: string | Uint8Array): string {
  return bytesToHex(sha256(typeof input === 'string' ? utf8ToBytes(input) : input));
}

/** SHA-256 over the RFC 8785 form of a value; equal values have equal digests whatever their key order. */
export function digestOf(value: JsonValue): Digest {
  return `sha256:${sha256Hex(canonicalJson(value))}`;
}

/**
 * Root of a binary Merkle tree over digests in the given order. Leaves and inner nodes are hashed with different prefixes
 * (RFC 9162 section 2.1.1), so that a list of leaves can never be passed off as an inner node.
 */
export function merkleRoot(leaves: readonly Digest[]): Digest {
  const hashes = leaves.map((leaf) => sha256(concatBytes(Uint8Array.of(0), hexToBytes(leaf.slice('sha256:'.length)))));
  return `sha256:${bytesToHex(subtree(hashes))}`;
}

function subtree(hashes: readonly Uint8Array[]): Uint8Array {
  const [only] = hashes;
  if (only === undefined) return sha256(new Uint8Array(0));
  if (hashes.length === 1) return only;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return sha256(concatBytes(Uint8Array.of(1), subtree(hashes.slice(0, split)), subtree(hashes.slice(split))));
}
