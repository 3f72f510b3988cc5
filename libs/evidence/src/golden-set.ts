import { canonicalJson, type Digest, digestOf } from '@rollcall/contract';
import { err, type JsonObject, type JsonValue, ok, type Result } from '@rollcall/kernel';
import { z } from 'zod';

/** What an owner expects of one place of a result; `at` is a JSON pointer into it, such as `/structuredContent/id`. */
export type ValueExpectation = { at: string; equals?: JsonValue; exists?: boolean; type?: ValueType };

/** One example call with what is expected of its result. */
export type GoldenCall = {
  name: string;
  tool: string;
  arguments: JsonObject;
  expect: { isError: boolean; maxLatencyMs?: number; maxBytes?: number; values: ValueExpectation[] };
};

/** What `rollcall.golden.yaml` says. */
export type GoldenDocument = { calls: GoldenCall[] };

/** One problem of a document; `path` is `calls.2.tool`. */
export type GoldenIssue = { path: string; message: string };

/** Kinds of JSON values, as JSON Schema names them. */
export const VALUE_TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'] as const;
/** One of {@link VALUE_TYPES}. */
export type ValueType = (typeof VALUE_TYPES)[number];

export const MAX_CALLS = 50;
export const MAX_DOCUMENT_BYTES = 64 * 1024;
/** No result is read beyond this, whatever is expected of it. */
export const MAX_RESULT_BYTES = 1_000_000;
const MAX_CALL_MS = 30_000;
const MAX_DEPTH = 32;
/** As JSON writes them: a NUL, or half of a surrogate pair. */
const UNSTORABLE = /(^|[^\\])(\\\\)*\\u(0000|d[89a-f])/i;

const json = z.unknown() as unknown as z.ZodType<JsonValue>;
const VALUE = z
  .strictObject({
    at: z
      .string()
      .max(500)
      .regex(/^(\/([^~/]|~[01])*)*$/, 'Not a JSON pointer such as /structuredContent/id.'),
    equals: json.optional(),
    exists: z.boolean().optional(),
    type: z.enum(VALUE_TYPES).optional(),
  })
  .refine((value) => ['equals', 'exists', 'type'].some((name) => Object.hasOwn(value, name)), {
    message: 'Says nothing: add equals, exists or type.',
  });
const CALL = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._ -]{0,99}$/, 'Use 1 to 100 letters, digits, spaces, dots, dashes.'),
  tool: z.string().min(1).max(256),
  arguments: z.record(z.string(), json).default({}),
  expect: z
    .strictObject({
      isError: z.boolean().default(false),
      maxLatencyMs: z.int().min(1).max(MAX_CALL_MS).optional(),
      maxBytes: z.int().min(1).max(MAX_RESULT_BYTES).optional(),
      values: z.array(VALUE).max(50).default([]),
    })
    .default({ isError: false, values: [] }),
});
const DOCUMENT = z.strictObject({ calls: z.array(CALL).min(1).max(MAX_CALLS) });

/** Reads a document strictly: what is unknown, too large, too deep or named twice is an issue with its path. */
export function readGoldenDocument(value: unknown): Result<GoldenDocument, GoldenIssue[]> {
  if (depthAbove(value, MAX_DEPTH)) return err([{ path: '', message: `Nested deeper than ${MAX_DEPTH} levels.` }]);
  const text = JSON.stringify(value ?? null);
  if (text.length > MAX_DOCUMENT_BYTES) return err([{ path: '', message: `Larger than ${MAX_DOCUMENT_BYTES} bytes.` }]);
  if (UNSTORABLE.test(text)) return err([{ path: '', message: 'Has text with a NUL or half a character.' }]);
  const parsed = DOCUMENT.safeParse(value);
  if (!parsed.success) {
    return err(parsed.error.issues.slice(0, 50).map(({ path, message }) => ({ path: path.join('.'), message })));
  }
  const document = parsed.data as GoldenDocument;
  const names = document.calls.map((call) => call.name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  return twice < 0 ? ok(document) : err([{ path: `calls.${twice}.name`, message: 'Another call has this name.' }]);
}

/** Stands for every declared call of one tool with its arguments: a permission for the tool holds for exactly these. */
export function callsDigestOf(document: GoldenDocument, tool: string): Digest {
  const given = document.calls.filter((call) => call.tool === tool).map((call) => canonicalJson(call.arguments));
  return digestOf([...new Set(given)].sort());
}

/** True when a JSON value is nested deeper than `limit` levels; looks without recursion. */
export function depthAbove(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
