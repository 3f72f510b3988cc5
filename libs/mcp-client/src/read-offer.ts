import type { Client } from '@modelcontextprotocol/client';
import type { RawOffer } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { ListFreshness } from './inspection.js';
import type { SessionTape } from './session-tape.js';

type ListMethod = 'tools/list' | 'resources/list' | 'resources/templates/list' | 'prompts/list';
type ListKey = 'tools' | 'resources' | 'resourceTemplates' | 'prompts';
type ListSource = { key: ListKey; method: ListMethod; capability: string };

const LISTS: readonly ListSource[] = [
  { key: 'tools', method: 'tools/list', capability: 'tools' },
  { key: 'resources', method: 'resources/list', capability: 'resources' },
  { key: 'resourceTemplates', method: 'resources/templates/list', capability: 'resources' },
  { key: 'prompts', method: 'prompts/list', capability: 'prompts' },
];

/** After the raw answer is in, the SDK gets this long to have an opinion about it. */
const OPINION_MS = 1_000;
const METHOD_NOT_FOUND = -32601;

/** What one list gave: all raw members, or why it is incomplete. */
export type ListReading =
  | { key: ListKey; members: JsonValue[]; malformed: boolean; freshness: ListFreshness | null }
  | { key: ListKey; members: null; because: 'protocol' | 'refused' | 'transport'; cause: unknown };

/** Reads every list the capabilities advertise, page by page, and stops at the first transport failure. */
export async function readLists(client: Client, tape: SessionTape, capabilities: JsonObject): Promise<ListReading[]> {
  const readings: ListReading[] = [];
  for (const source of LISTS) {
    if (capabilities[source.capability] === undefined) continue;
    const reading = await readList(client, tape, source);
    readings.push(reading);
    if (reading.members === null && reading.because === 'transport') break;
  }
  return readings;
}

/** The raw offer, or null unless the tools were read to the end: a partial list must never become a contract. */
export function offerOf(
  readings: readonly ListReading[],
  described: { instructions: string | null; capabilities: JsonObject },
): RawOffer | null {
  const complete = new Map(readings.flatMap((r) => (r.members === null ? [] : [[r.key, r.members] as const])));
  const toolsFailed = readings.some((reading) => reading.key === 'tools' && reading.members === null);
  if (toolsFailed) return null;
  const offer: RawOffer = { tools: complete.get('tools') ?? [], ...described };
  for (const key of ['resources', 'resourceTemplates', 'prompts'] as const) {
    const members = complete.get(key);
    if (members !== undefined) offer[key] = members;
  }
  return offer;
}

async function readList(client: Client, tape: SessionTape, source: ListSource): Promise<ListReading> {
  const members: JsonValue[] = [];
  const seen = new Set<string>();
  let cursor: string | null = null;
  let malformed = false;
  let freshness: ListFreshness | null = null;
  for (let page = 1; page <= tape.limits.maxPages; page++) {
    const answer = await ask(client, tape, source.method, cursor);
    if (answer.kind === 'transport') return failed(source, 'transport', answer.cause);
    if (answer.kind === 'error') return refused(tape, source, answer.error);
    const list = answer.result[source.key];
    if (!Array.isArray(list)) {
      tape.issue('LIST_MISSING', `The answer to ${source.method} has no array "${source.key}".`);
      return failed(source, 'protocol', answer.opinion);
    }
    if (tape.tooDeep.has(source.method)) return failed(source, 'protocol', null);
    for (const member of list) members.push(member);
    freshness = fresher(freshness, freshnessOf(source.key, answer.result));
    malformed ||= answer.opinion !== null || tape.ambiguous.has(source.method);
    if (answer.opinion !== null) {
      tape.issue(
        'MALFORMED_LIST',
        `Clients reject the answer to ${source.method}, which is kept raw: ${answer.opinion}`,
      );
    }
    const next = answer.result['nextCursor'];
    if (typeof next !== 'string') return { key: source.key, members, malformed, freshness };
    if (seen.has(next)) {
      tape.issue('CURSOR_REPEATED', `${source.method} returns to a page it already gave: the list never ends.`);
      return failed(source, 'protocol', null);
    }
    seen.add(next);
    cursor = next;
  }
  tape.issue('TOO_MANY_PAGES', `${source.method} has more than ${tape.limits.maxPages} pages; the list is incomplete.`);
  return failed(source, 'protocol', null);
}

/** 2026-07-28, caching: `ttlMs` is a whole number of milliseconds, `cacheScope` is `public` or `private`. */
function freshnessOf(list: ListKey, { ttlMs, cacheScope }: JsonObject): ListFreshness | null {
  if (typeof ttlMs !== 'number' || !Number.isFinite(ttlMs) || ttlMs < 0) return null;
  return { list, ttlMs, cacheScope: cacheScope === 'public' || cacheScope === 'private' ? cacheScope : null };
}

/** A list is as fresh as its page that ages first, and as private as its most private page. */
function fresher(one: ListFreshness | null, other: ListFreshness | null): ListFreshness | null {
  if (one === null || other === null) return one ?? other;
  const cacheScope = one.cacheScope === other.cacheScope ? one.cacheScope : 'private';
  return { list: one.list, ttlMs: Math.min(one.ttlMs, other.ttlMs), cacheScope };
}

function failed(source: ListSource, because: 'protocol' | 'refused' | 'transport', cause: unknown): ListReading {
  return { key: source.key, members: null, because, cause };
}

function refused(tape: SessionTape, source: ListSource, error: JsonValue): ListReading {
  const code = isJsonObject(error) ? error['code'] : null;
  const message = isJsonObject(error) ? String(error['message'] ?? '') : '';
  // Many servers advertise resources and have no templates: an unknown method is an empty list, and worth a word.
  if (code === METHOD_NOT_FOUND && source.key !== 'tools') {
    tape.issue(
      'LIST_NOT_IMPLEMENTED',
      `The server advertises ${source.capability} but does not know ${source.method}.`,
    );
    return { key: source.key, members: [], malformed: false, freshness: null };
  }
  tape.issue('LIST_REFUSED', `The server answered ${source.method} with error ${String(code)}: ${message}`);
  return failed(source, 'refused', null);
}

type Answer =
  | { kind: 'result'; result: JsonObject; opinion: string | null }
  | { kind: 'error'; error: JsonValue }
  | { kind: 'transport'; cause: unknown };

/** One request through the SDK, answered from the tape; `opinion` is the SDK's complaint about a raw answer that did arrive. */
async function ask(client: Client, tape: SessionTape, method: ListMethod, cursor: string | null): Promise<Answer> {
  const request = { method, params: cursor === null ? {} : { cursor } } as const;
  const answered = tape.expect(method);
  const verdict = client.request(request, { timeout: tape.limits.timeoutMs }).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  await Promise.race([verdict, answered, tape.tripped]);
  const raw = tape.answerTo(method);
  if (raw === undefined) return { kind: 'transport', cause: tape.trip ?? (await verdict) };
  if (raw['error'] !== undefined) return { kind: 'error', error: raw['error'] };
  const result = raw['result'];
  return { kind: 'result', result: isJsonObject(result) ? result : {}, opinion: await opinionOf(verdict) };
}

async function opinionOf(verdict: Promise<Error | null>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('the message is not valid JSON-RPC'), OPINION_MS);
  });
  const opinion = await Promise.race([verdict.then((error) => error?.message.slice(0, 500) ?? null), silence]);
  clearTimeout(timer);
  return opinion;
}
