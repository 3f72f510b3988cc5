const MASK = '[redacted]';
const MAX_DEPTH = 12;
const MAX_ENTRIES = 1_000;

/** Matched anywhere in a key, after separators are removed: `x-api-key`, `accessToken` and `clientSecret` are all secret. */
const SECRET_KEY = /authorization|passw|passphrase|secret|cookie|credential|apikey|privatekey|token/;

/** Counts and names of things that only sound secret. */
const HARMLESS_KEY = /^(tokentype|tokenid|tokencount|tokens(used|limit)|maxtokens|passwordfile|tokenendpoint)$/;

const SECRET_TEXT: readonly [RegExp, string][] = [
  [/\b(Bearer|Basic|DPoP)\s+[A-Za-z0-9._~+/=-]{4,}/gi, `$1 ${MASK}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):[^\s@/]+@/gi, `$1:${MASK}@`],
  [
    /([?&;](?:access_|refresh_|id_)?(?:token|secret|password|passphrase|api_?key|code|client_secret)=)[^&\s"']+/gi,
    `$1${MASK}`,
  ],
];

/** Hides credentials inside free text: authorization schemes, passwords in URLs, secret query parameters. */
export function redactText(text: string): string {
  return SECRET_TEXT.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

/**
 * A copy of `value` that is safe to log: values under secret keys are masked at any depth, texts pass {@link redactText}.
 * Cycles, more than 12 levels and more than 1000 entries per level are cut. Never throws, never changes its argument.
 */
export function redact(value: unknown): unknown {
  return copy(value, 0, new Set());
}

function copy(value: unknown, depth: number, above: Set<object>): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (above.has(value)) return '[circular]';
  if (depth >= MAX_DEPTH) return '[too deep]';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  above.add(value);
  const result = copyObject(value, depth, above);
  above.delete(value);
  return result;
}

function copyObject(value: object, depth: number, above: Set<object>): unknown {
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((item) => copy(item, depth + 1, above));
  const entries =
    value instanceof Map ? [...value].map(([key, item]) => [String(key), item] as const) : Object.entries(value);
  const error = value instanceof Error ? errorEntries(value) : [];
  const safe: Record<string, unknown> = {};
  for (const [key, item] of [...error, ...entries].slice(0, MAX_ENTRIES)) {
    safe[key] = isSecretKey(key) && item !== undefined && item !== null ? MASK : copy(item, depth + 1, above);
  }
  return safe;
}

/** What of an error is not enumerable but worth a line in the log. */
function errorEntries(error: Error): [string, unknown][] {
  const cause: [string, unknown][] = error.cause === undefined ? [] : [['cause', error.cause]];
  return [['type', error.name], ['message', error.message], ['stack', error.stack ?? ''], ...cause];
}

function isSecretKey(key: string): boolean {
  const plain = key.toLowerCase().replace(/[^a-z]/g, '');
  return SECRET_KEY.test(plain) && !HARMLESS_KEY.test(plain);
}
