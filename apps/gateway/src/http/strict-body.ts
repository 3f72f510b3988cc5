import { MAX_DEPTH, parseStrict } from '@rollcall/contract';
import { nestingWithin } from './json-depth.js';

/**
 * Parses a request body so that nobody behind the gateway can read it differently. Text that `JSON.stringify` reproduces
 * exactly has no duplicate keys, no numbers that lose digits and no second spelling: native parsing is then proved equal.
 * Everything else takes the strict parser. Returns undefined for what is refused.
 */
export function parseBody(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  const value = quickly(text);
  if (value !== undefined) return value;
  // Invalid UTF-8 decodes to replacement characters, whose bytes are not the ones that came in.
  if (!Buffer.from(text, 'utf8').equals(bytes)) return undefined;
  const parsed = parseStrict(text);
  return parsed.ok ? parsed.value : undefined;
}

function quickly(text: string): unknown {
  // An escaped surrogate may be a lone one, and a replacement character may stand for invalid UTF-8: the slow path knows.
  if (text.includes('\\ud') || text.includes('\ufffd') || !nestingWithin(text, MAX_DEPTH)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}
