import { err, type JsonObject, type JsonValue, ok, type Result } from '@rollcall/kernel';
import type { IntakeIssue } from './contract.js';
import { hasLoneSurrogate } from './digest.js';

/** How much strict parsing accepts: UTF-8 bytes of the whole text, and containers nested in containers. */
export type ParseLimits = { maxBytes?: number; maxDepth?: number };

/** Containers within containers that any text or member may have. */
export const MAX_DEPTH = 64;
/** UTF-8 bytes one text may have unless the caller says otherwise. */
export const MAX_TEXT_BYTES = 4 * 1024 * 1024;

class Rejection extends Error {
  constructor(readonly issue: IntakeIssue) {
    super(issue.message);
  }
}

/**
 * Parses JSON so that every other strict parser reads the same value: duplicate keys at any depth, lone surrogates,
 * integers a double cannot hold, a byte order mark, and anything too deep or too large are refused (RFC 8259, RFC 7493).
 */
export function parseStrict(text: string, limits: ParseLimits = {}): Result<JsonValue, IntakeIssue> {
  try {
    return ok(new StrictParser(text, limits).parse());
  } catch (cause) {
    if (cause instanceof Rejection) return err(cause.issue);
    throw cause;
  }
}

/** Sets an own property whatever its name: assigning `__proto__` would change the prototype instead. */
export function setOwn(target: JsonObject, key: string, value: JsonValue): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

/** True when a number written as `lexeme` is read as the same value by every parser that uses doubles or big integers. */
function isFaithfulNumber(value: number, lexeme: string): boolean {
  if (!Number.isFinite(value)) return false;
  if (value === 0) return !/[1-9]/.test(lexeme.split(/[eE]/)[0] ?? '');
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return true;
  // From 1e21 on the shortest form has an exponent and cannot be mistaken for an exact integer.
  return Math.abs(value) >= 1e21 && lexeme.toLowerCase().replace(/e(?=\d)/, 'e+') === String(value);
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly what RFC 8259 section 7 wants escaped.
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class StrictParser {
  private at = 0;
  private readonly path: (string | number)[] = [];
  private readonly maxDepth: number;

  constructor(
    private readonly text: string,
    private readonly limits: ParseLimits,
  ) {
    this.maxDepth = limits.maxDepth ?? MAX_DEPTH;
  }

  parse(): JsonValue {
    const maxBytes = this.limits.maxBytes ?? MAX_TEXT_BYTES;
    // A UTF-16 unit is at most three bytes of UTF-8, so only texts near the limit have to be measured.
    const tooLarge =
      this.text.length > maxBytes ||
      (this.text.length * 3 > maxBytes && new TextEncoder().encode(this.text).length > maxBytes);
    if (tooLarge) this.fail('TOO_LARGE', `The text is larger than ${maxBytes} bytes.`);
    if (this.text.charCodeAt(0) === 0xfeff) this.fail('BYTE_ORDER_MARK', 'The text begins with a byte order mark.');
    const value = this.value(1);
    this.skip();
    if (this.at < this.text.length) this.fail('INVALID_JSON', `Unexpected text after the value at offset ${this.at}.`);
    return value;
  }

  private value(depth: number): JsonValue {
    this.skip();
    const char = this.text[this.at];
    if (char === '{' || char === '[') {
      if (depth > this.maxDepth) this.fail('TOO_DEEP', `Nested deeper than ${this.maxDepth} levels.`);
      return char === '{' ? this.object(depth) : this.array(depth);
    }
    if (char === '"') return this.string();
    if (this.literal('true')) return true;
    if (this.literal('false')) return false;
    if (this.literal('null')) return null;
    return this.number();
  }

  private object(depth: number): JsonObject {
    const out: JsonObject = {};
    this.at++;
    if (this.closes('}')) return out;
    for (;;) {
      this.skip();
      if (this.text[this.at] !== '"') this.unexpected();
      const key = this.string();
      this.path.push(key);
      if (Object.hasOwn(out, key))
        this.fail('DUPLICATE_KEY', `The key ${JSON.stringify(key)} occurs twice in one object.`);
      this.skip();
      if (this.text[this.at] !== ':') this.unexpected();
      this.at++;
      setOwn(out, key, this.value(depth + 1));
      this.path.pop();
      if (this.closes('}')) return out;
      this.comma();
    }
  }

  private array(depth: number): JsonValue[] {
    const out: JsonValue[] = [];
    this.at++;
    if (this.closes(']')) return out;
    for (;;) {
      this.path.push(out.length);
      out.push(this.value(depth + 1));
      this.path.pop();
      if (this.closes(']')) return out;
      this.comma();
    }
  }

  private string(): string {
    let out = '';
    this.at++;
    for (;;) {
      out += this.match(PLAIN);
      const char = this.text[this.at];
      if (char === '"') break;
      if (char !== '\\') this.unexpected();
      out += this.escape();
    }
    this.at++;
    if (hasLoneSurrogate(out)) this.fail('LONE_SURROGATE', 'Text contains half of a surrogate pair.');
    return out;
  }

  private escape(): string {
    const char = this.text[this.at + 1] ?? '';
    if (char === 'u') {
      const hex = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.unexpected();
      this.at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const plain = Object.hasOwn(ESCAPES, char) ? ESCAPES[char] : undefined;
    if (plain === undefined) this.unexpected();
    this.at += 2;
    return plain;
  }

  private number(): number {
    const lexeme = this.match(NUMBER);
    if (lexeme === '') this.unexpected();
    const value = Number(lexeme);
    if (!isFaithfulNumber(value, lexeme)) {
      this.fail('UNSAFE_NUMBER', `The number ${lexeme.slice(0, 40)} is not read as the same value by every parser.`);
    }
    return value;
  }

  private literal(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  private closes(char: string): boolean {
    this.skip();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private comma(): void {
    this.skip();
    if (this.text[this.at] !== ',') this.unexpected();
    this.at++;
  }

  private skip(): void {
    this.match(SPACE);
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  private unexpected(): never {
    const what = this.at >= this.text.length ? 'The text ends too early' : `Unexpected text at offset ${this.at}`;
    return this.fail('INVALID_JSON', `${what}; this is not JSON.`);
  }

  private fail(code: string, message: string): never {
    throw new Rejection({ code, message, path: formatPath('', this.path) });
  }
}

/** Writes a path as people read it: `tools[3].inputSchema.properties.city`. */
export function formatPath(start: string, segments: readonly (string | number)[]): string {
  return segments.reduce<string>((path, segment) => {
    if (typeof segment === 'number') return `${path}[${segment}]`;
    const plain = /^[A-Za-z_$][A-Za-z0-9_$-]*$/.test(segment);
    if (!plain) return `${path}[${JSON.stringify(segment)}]`;
    return path === '' ? segment : `${path}.${segment}`;
  }, start);
}
