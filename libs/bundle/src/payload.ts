import { MAX_DEPTH, parseStrict } from '@rollcall/contract';
import { type JsonValue, ok } from '@rollcall/kernel';
import { decodeUtf8 } from './dsse.js';
import { refuse, type Verified } from './refusals.js';

/** A tool definition, itself as deep as intake allows, lies this deep in a bundle; rounded up. */
const LEVELS_ABOVE_DEFINITION = 16;

/** Parses the bytes of a payload strictly: UTF-8, no duplicate keys, no number a double cannot hold. */
export function parsePayload(bytes: Uint8Array): Verified<JsonValue> {
  const text = decodeUtf8(bytes);
  if (text === null) return refuse('MALFORMED', 'The payload is not UTF-8.');
  const parsed = parseStrict(text, { maxBytes: bytes.length, maxDepth: MAX_DEPTH + LEVELS_ABOVE_DEFINITION });
  if (parsed.ok) return ok(parsed.value);
  return refuse('MALFORMED', `The payload is not acceptable JSON: ${parsed.error.message}`);
}
