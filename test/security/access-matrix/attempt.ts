import { randomBytes } from 'node:crypto';
import type { Caller, MatrixWorld } from './matrix-world.js';
import type { Ask, GraphqlRow, RouteRow } from './row.js';
import type { Target } from './targets.js';

/** One row, ready to be tried. */
export type Attemptable = {
  name: string;
  row: GraphqlRow | RouteRow;
  ask(target: Target, caller: Caller): Ask;
};

/** One answer, as it came. */
export type Answer = { status: number; location: string; body: string };

/** Sends one request as one caller. */
export async function send(world: MatrixWorld, caller: Caller, { method, path, headers, body }: Ask): Promise<Answer> {
  const response = await fetch(`${world.api.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...headers, ...caller.headers, ...(caller.token ? { authorization: `Bearer ${caller.token}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, location: response.headers.get('location') ?? '', body: await response.text() };
}

/** The word of the table for an answer. Throws for what must never be answered. */
export function outcomeOf({ name, row }: Attemptable, answer: Answer): string {
  const parsed = parsedOf(answer.body);
  const code = codeOf(parsed);
  if (code === 'INTERNAL' || (answer.status >= 500 && code !== 'NOT_SUPPORTED')) {
    throw new Error(`${name} answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  }
  if (code !== null) return code;
  if (answer.status >= 400) return String(answer.status);
  if (answer.status >= 300) return /refused=([A-Z_]+)/.exec(answer.location)?.[1] ?? String(answer.status);
  return shown(contentOf(parsed), row.shows ?? /payments/, answer.body);
}

function shown(content: unknown, theirs: RegExp, body: string): string {
  if (content === null) return 'null';
  const list = listOf(content);
  if (list === null) return 'ok';
  if (list.length === 0) return 'EMPTY';
  return theirs.test(body) ? 'ok' : 'ok-own';
}

type Json = Record<string, unknown>;

/** JSON, the one JSON message of an event stream, or the text itself. */
function parsedOf(body: string): unknown {
  const text = /^data: (.*)$/m.exec(body)?.[1] ?? body;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The code of the refusal, wherever this kind of answer has it. */
function codeOf(parsed: unknown): string | null {
  if (parsed === null || typeof parsed !== 'object') return null;
  const { errors, data, code, result, error } = parsed as {
    errors?: { extensions?: { code?: string } }[];
    data?: Json | null;
    code?: string;
    result?: { isError?: boolean; structuredContent?: unknown; content?: unknown };
    error?: { code?: number; data?: { code?: string } } | string;
  };
  if (typeof code === 'string') return code;
  const top = errors?.[0]?.extensions?.code;
  if (top) return top;
  if (result?.isError) return /"?code"?:\s*\\?"([A-Z_]+)/.exec(JSON.stringify(result))?.[1] ?? 'TOOL_ERROR';
  if (error && typeof error === 'object') return error.data?.code ?? `RPC${error.code}`;
  const payload = Object.values(data ?? {})[0] as { errors?: { code: string }[] } | null | undefined;
  return payload?.errors?.[0]?.code ?? null;
}

/** What the question was about. */
function contentOf(parsed: unknown): unknown {
  if (parsed === null || typeof parsed !== 'object') return parsed;
  if ('data' in parsed) return Object.values((parsed as { data: Json }).data ?? {})[0] ?? null;
  if ('result' in parsed) {
    const result = (parsed as { result: Json }).result;
    return result['structuredContent'] ?? result;
  }
  return parsed;
}

/** The list in an answer that is one: a connection, or what has `servers`, `tools` or `resources`. */
function listOf(content: unknown): unknown[] | null {
  if (Array.isArray(content)) return content;
  if (content === null || typeof content !== 'object') return null;
  const lists = ['edges', 'servers', 'tools', 'resources', 'allowedMcpServers'];
  const found = lists.map((key) => (content as Json)[key]).find(Array.isArray);
  return (found as unknown[] | undefined) ?? null;
}

/** The same target as if it were not there: other ids, other names. */
export function ghostOf(target: Target): Target {
  return Object.fromEntries(Object.entries(target).map(([key, value]) => [key, ghostly(value)]));
}

function ghostly(value: string): string {
  const id = /^([a-z]+_)[0-9A-Z]{26}$/.exec(value)?.[1];
  if (id) return `${id}01M0${randomBytes(11).toString('hex').toUpperCase()}`;
  if (/^[0-9a-f]{64}$/.test(value)) return randomBytes(32).toString('hex');
  if (/^\d+$/.test(value)) return value;
  const ghost = `ghost-${randomBytes(6).toString('hex')}`;
  if (value.includes('/')) return `${value.slice(0, value.indexOf('/') + 1)}${ghost}`;
  return value.includes('.') ? `${value}.${ghost}` : ghost;
}

/**
 * An answer without what two requests always differ in: what was asked for, the request's own id, and what a compiled query
 * says otherwise than one that runs for the first time (order and path of errors).
 */
export function comparable(answer: Answer, target: Target): string {
  const bare = canonical(answer.body).replace(/req_[0-9a-f-]{36}/g, '{request}');
  const body = Object.entries(target)
    .filter(([, value]) => !/^\d+$/.test(value))
    .sort((a, b) => b[1].length - a[1].length)
    .reduce((text, [key, value]) => text.replaceAll(wholeName(value), `{${key}}`), bare);
  return `${answer.status} ${body}`;
}

/** Not as the end of a longer name. */
const wholeName = (name: string): RegExp =>
  new RegExp(`(?<![\\w.-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'g');

function canonical(body: string): string {
  const parsed = parsedOf(body);
  if (parsed === null || typeof parsed !== 'object') return body;
  const { errors } = parsed as { errors?: unknown };
  if (!Array.isArray(errors)) return body;
  return JSON.stringify({ data: (parsed as Json)['data'] ?? null, errors: errors.map((one) => ({ ...one, path: 0 })) });
}
