import { isDeepStrictEqual } from 'node:util';
import { validatorOf } from '@rollcall/compatibility';
import { resolvePointer, sha256Hex } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { ToolAnswer } from '@rollcall/mcp-client';
import { redact, redactText } from '@rollcall/observability';
import { withinTime } from './bounded-run.js';
import { depthAbove, type GoldenCall, MAX_RESULT_BYTES, type ValueExpectation, type ValueType } from './golden-set.js';
import { storable } from './storable-text.js';

/** How one call ended. `interactive`: the server asked something first, so nobody can say; `refused`: it was not made. */
export type GoldenOutcome = 'passed' | 'failed' | 'interactive' | 'refused';

/** What is kept of one call. */
export type GoldenVerdict = {
  outcome: GoldenOutcome;
  reason: string | null;
  latencyMs: number | null;
  resultDigest: string | null;
  resultBytes: number | null;
  /** At most 4096 characters, with secrets masked. */
  resultExcerpt: string | null;
};

const EXCERPT_CHARS = 4096;
const MAX_RESULT_DEPTH = 64;
/** For one schema and value. Under load the first compilation alone takes a good part of a second. */
const VALIDATION_MS = 2_000;
const URL_ELICITATION = -32042;

/** A call that was not made, or could not be. */
export function unmade(outcome: 'refused' | 'failed', reason: string): GoldenVerdict {
  return { outcome, reason, latencyMs: null, resultDigest: null, resultBytes: null, resultExcerpt: null };
}

/** Why these arguments must not be sent to this tool, or null when they fit its input schema. */
export function argumentProblem(call: GoldenCall, tool: JsonObject): string | null {
  const problem = schemaProblem(tool['inputSchema'] ?? null, call.arguments);
  return problem === null ? null : `The arguments do not fit the input schema of "${call.tool}": ${problem}.`;
}

/** Judges what came back: the protocol first, then the tool's own output schema, then what the owner expects. */
export function judgeAnswer(call: GoldenCall, tool: JsonObject, answer: ToolAnswer): GoldenVerdict {
  const made = { ...unmade('failed', ''), latencyMs: answer.latencyMs };
  if (answer.kind === 'none') return { ...made, reason: `No result (${answer.outcome}): ${answer.detail}` };
  if (answer.kind === 'error') {
    if (answer.code === URL_ELICITATION) return { ...made, outcome: 'interactive', reason: ASKED };
    return { ...made, reason: `The server answered with error ${answer.code}: ${answer.message}` };
  }
  const { result, bytes } = answer;
  if (bytes > MAX_RESULT_BYTES) return { ...made, resultBytes: bytes, reason: `The result has ${bytes} bytes.` };
  if (depthAbove(result, MAX_RESULT_DEPTH)) {
    return { ...made, resultBytes: bytes, reason: `The result is nested deeper than ${MAX_RESULT_DEPTH} levels.` };
  }
  const kept = { ...made, ...trace(result, bytes) };
  if (isInteractive(result)) return { ...kept, outcome: 'interactive', reason: ASKED };
  const reason =
    shapeProblem(result) ??
    errorProblem(call, result) ??
    outputProblem(tool, result) ??
    limitProblem(call, { bytes, latencyMs: answer.latencyMs }) ??
    valueProblem(call, result);
  return { ...kept, outcome: reason === null ? 'passed' : 'failed', reason };
}

const ASKED = 'The server asked for something first; nobody was there to answer.';

function trace(result: JsonObject, bytes: number): Partial<GoldenVerdict> {
  const shown = redactText(JSON.stringify(redact(result)));
  return {
    resultDigest: `sha256:${sha256Hex(JSON.stringify(result))}`,
    resultBytes: bytes,
    resultExcerpt: storable(shown.slice(0, EXCERPT_CHARS)),
  };
}

/** Multi-round requests and tasks answer with something else than the result of the call. */
function isInteractive(result: JsonObject): boolean {
  const type = result['resultType'];
  return (typeof type === 'string' && type !== 'complete') || (isJsonObject(result['task']) && !('content' in result));
}

const REQUIRED_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  text: ['text'],
  image: ['data', 'mimeType'],
  audio: ['data', 'mimeType'],
  resource: ['resource'],
  resource_link: ['uri', 'name'],
};

function shapeProblem(result: JsonObject): string | null {
  const { content, structuredContent } = result;
  if (content === undefined && structuredContent === undefined)
    return 'The result has neither content nor structuredContent.';
  if (content === undefined) return null;
  if (!Array.isArray(content)) return 'The content of the result is not a list.';
  const broken = content.findIndex((block) => {
    if (!isJsonObject(block) || typeof block['type'] !== 'string') return true;
    const needed = Object.hasOwn(REQUIRED_MEMBERS, block['type']) ? REQUIRED_MEMBERS[block['type']] : [];
    return (needed ?? []).some((name) => block[name] === undefined);
  });
  return broken < 0 ? null : `Block ${broken} of the content is not what the protocol describes.`;
}

function errorProblem(call: GoldenCall, result: JsonObject): string | null {
  const isError = result['isError'] === true;
  if (isError === call.expect.isError) return null;
  if (!isError) return 'An error was expected, and the call succeeded.';
  const [first] = Array.isArray(result['content']) ? result['content'] : [];
  const said =
    isJsonObject(first) && typeof first['text'] === 'string' ? `: ${redactText(first['text']).slice(0, 200)}` : '';
  return storable(`The tool reported an error${said}.`);
}

function outputProblem(tool: JsonObject, result: JsonObject): string | null {
  const schema = tool['outputSchema'];
  if (schema === undefined || result['isError'] === true) return null;
  const structured = result['structuredContent'];
  if (structured === undefined) return 'The tool has an output schema, and the result has no structuredContent.';
  const problem = schemaProblem(schema, structured);
  return problem === null ? null : `The structuredContent does not fit the output schema: ${problem}.`;
}

/** Meta-schemas are compiled once per process, and not on the time of whoever comes first. */
function warmUp(): void {
  for (const schema of OWN_SCHEMAS) validatorOf(schema);
}

const OWN_SCHEMAS = [{}, { $schema: 'http://json-schema.org/draft-07/schema#' }];

/** Why a value does not fit a schema of a stranger; bounded in time, and what cannot be decided is a problem. */
function schemaProblem(schema: JsonValue, value: JsonValue): string | null {
  warmUp();
  const judged = withinTime(VALIDATION_MS, () => {
    const validate = validatorOf(schema);
    return typeof validate === 'string' ? validate : validate(value);
  });
  if (judged === null) return 'the schema takes too long to apply';
  if (typeof judged.value === 'string') return judged.value;
  if (judged.value.valid) return null;
  const [place] = judged.value.places;
  return `not valid at ${place === undefined || place === '' ? 'its root' : place.slice(0, 200)}`;
}

function limitProblem({ expect }: GoldenCall, seen: { bytes: number; latencyMs: number }): string | null {
  if (expect.maxLatencyMs !== undefined && seen.latencyMs > expect.maxLatencyMs) {
    return `It took ${seen.latencyMs} ms, more than ${expect.maxLatencyMs}.`;
  }
  if (expect.maxBytes !== undefined && seen.bytes > expect.maxBytes) {
    return `The result has ${seen.bytes} bytes, more than ${expect.maxBytes}.`;
  }
  return null;
}

function valueProblem({ expect }: GoldenCall, result: JsonObject): string | null {
  for (const expected of expect.values) {
    const problem = placeProblem(expected, resolvePointer(result, `#${expected.at}`));
    if (problem !== null) return `${expected.at === '' ? 'The result' : expected.at} ${problem}.`;
  }
  return null;
}

function placeProblem(expected: ValueExpectation, found: JsonValue | undefined): string | null {
  const wanted = expected.exists ?? true;
  if ((found !== undefined) !== wanted) return wanted ? 'is not there' : 'is there';
  if (found === undefined) return null;
  if (expected.type !== undefined && !isOfType(found, expected.type)) return `is not of the type ${expected.type}`;
  if (expected.equals !== undefined && !isDeepStrictEqual(found, expected.equals)) {
    return 'has another value than expected';
  }
  return null;
}

function isOfType(value: JsonValue, type: ValueType): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isJsonObject(value);
  return typeof value === type;
}
