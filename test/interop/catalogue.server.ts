import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JsonObject, type JsonValue } from '@rollcall/kernel';

const OFFICIAL = 'io.modelcontextprotocol.registry/official';
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PATCH, OPTIONS',
  'access-control-allow-headers': 'Authorization, Content-Type',
};

/** One answer before it is written. */
export type Reply = { status: number; headers: Record<string, string>; body: JsonValue | undefined };
type Item = { server: JsonObject & { name: string; version: string; description: string }; _meta: JsonObject };
type Query = URLSearchParams;

/** What a broken registry does otherwise; everything else is done right. */
export type Fault = {
  /** Items of a page, after they were chosen. */
  items?(items: Item[], query: Query): JsonValue[];
  /** The whole catalogue, before it is filtered. */
  order?(items: Item[]): Item[];
  limit?(limit: number): number;
  cursor?(cursor: string): string;
  /** The whole answer. */
  reply?(reply: Reply, path: string, query: Query): Reply;
  /** Takes the connection over; true when it did. */
  takes?(request: IncomingMessage, response: ServerResponse, path: string): boolean;
  latest?(items: Item[]): Item | undefined;
};

const VERSIONS: [name: string, version: string, isLatest: boolean][] = [
  ['com.acme.tools/calendar', '1.0.0', false],
  ['com.acme.tools/calendar', '1.1.0', false],
  ['com.acme.tools/calendar', '2.0.0', true],
  ['com.acme.tools/ledger', '0.1.0', true],
  ['com.acme.weather/forecast', '1.0.0', false],
  ['com.acme.weather/forecast', '1.0.1', true],
  ['org.example/archive', '2024.1', true],
  ['org.example/search', '3.0.0', true],
];

const ITEMS: Item[] = VERSIONS.map(([name, version, isLatest], at) => {
  const moment = new Date(Date.UTC(2026, 0, 1 + at)).toISOString();
  return {
    server: {
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
      name,
      version,
      description: `Works with what ${name.slice(name.indexOf('/') + 1)} offers.`,
    },
    _meta: {
      [OFFICIAL]: { status: 'active', statusChangedAt: moment, publishedAt: moment, updatedAt: moment, isLatest },
    },
  };
});

/** A small registry in memory that does everything right but its fault; read-only. */
export async function startCatalogue(fault: Fault = {}): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const [path = '', search = ''] = (request.url ?? '').split('?');
    if (fault.takes?.(request, response, path)) return;
    const query = new URLSearchParams(search);
    const right = replyTo(request, path, search, fault);
    write(request, response, fault.reply?.(right, path, query) ?? right);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function write(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  const etag = `"${text.length}-${Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) % 1e9, 7)}"`;
  const same = status === 200 && request.headers['if-none-match'] === etag;
  response.writeHead(same ? 304 : status, { ...headers, ...(status === 200 ? { etag } : {}) });
  response.end(same || request.method === 'HEAD' ? undefined : text);
}

const ok = (body: JsonValue): Reply => ({
  status: 200,
  headers: { ...CORS, 'content-type': 'application/json' },
  body,
});
const wrong = (status: number, title: string): Reply => ({
  status,
  headers: { ...CORS, 'content-type': 'application/problem+json' },
  body: { title, status, detail: `${title}.`, error: `${title}.` },
});

function replyTo(request: IncomingMessage, path: string, search: string, fault: Fault): Reply {
  if (request.method === 'OPTIONS') return { status: 204, headers: CORS, body: undefined };
  if (request.method === 'POST') return wrong(404, 'Not found');
  const decoded = decodedPath(path);
  if (decoded === null || /%00|\0/.test(path + search)) return wrong(400, 'Bad request');
  if (decoded.endsWith('/'))
    return {
      status: 308,
      headers: { ...CORS, location: `${path.slice(0, -1)}${search === '' ? '' : `?${search}`}` },
      body: undefined,
    };
  if (decoded === '/v0.1/health') return ok({ status: 'ok' });
  if (decoded === '/v0.1/ping') return ok({ pong: true });
  if (decoded === '/v0.1/version') return ok({ version: '1' });
  const below = /^\/v0(?:\.1)?\/servers(?:\/(.+)\/versions(?:\/([^/]+))?)?$/.exec(decoded);
  if (below === null) return wrong(404, 'Not found');
  const [, name, version] = below;
  if (name === undefined) return listOf(new URLSearchParams(search), fault);
  const versions = ITEMS.filter((item) => item.server.name === name).reverse();
  if (versions.length === 0) return wrong(404, 'Server not found');
  if (version === undefined) return ok({ servers: versions as JsonValue[], metadata: { count: versions.length } });
  const latest = () => (fault.latest ?? ((items) => items.find(isLatest)))(versions);
  const found = version === 'latest' ? latest() : versions.find((item) => item.server.version === version);
  return found === undefined ? wrong(404, 'Version not found') : ok(found as JsonValue);
}

function decodedPath(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

const isLatest = (item: Item): boolean => (item._meta[OFFICIAL] as JsonObject)['isLatest'] === true;
const updatedAt = (item: Item): number => Date.parse(String((item._meta[OFFICIAL] as JsonObject)['updatedAt']));

function listOf(given: Query, fault: Fault): Reply {
  const cursor = given.get('cursor');
  const at = cursor === null ? { after: 0, filter: given.toString() } : positionOf(cursor);
  if (at === null) return wrong(400, 'Bad cursor');
  const query = new URLSearchParams(at.filter);
  const limit = Number(given.get('limit') ?? '30');
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 100)) return wrong(422, 'limit is out of range');
  const since = query.get('updated_since');
  if (since !== null && Number.isNaN(Date.parse(since))) return wrong(400, 'updated_since is no moment');
  const includeDeleted = query.get('include_deleted') ?? 'true';
  if (!['true', 'false'].includes(includeDeleted)) return wrong(422, 'include_deleted is no boolean');
  if (since !== null && query.get('include_deleted') === 'false') return wrong(400, 'Deletions are always included');
  const term = (query.get('search') ?? '').toLowerCase();
  const version = query.get('version');
  const matching = (fault.order?.(ITEMS) ?? ITEMS).filter(
    (item) =>
      `${item.server.name}\n${item.server.description}`.toLowerCase().includes(term) &&
      (version === null || (version === 'latest' ? isLatest(item) : item.server.version === version)) &&
      (since === null || updatedAt(item) > Date.parse(since)),
  );
  const size = fault.limit?.(limit) ?? limit;
  const page = matching.slice(at.after, at.after + size);
  const shown = fault.items?.(page, query) ?? (page as JsonValue[]);
  const more = at.after + size < matching.length;
  const next = Buffer.from(JSON.stringify({ after: at.after + size, filter: at.filter })).toString('base64url');
  return ok({
    servers: shown,
    metadata: { count: shown.length, ...(more ? { nextCursor: fault.cursor?.(next) ?? next } : {}) },
  });
}

function positionOf(cursor: string): { after: number; filter: string } | null {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as { after: number; filter: string };
  } catch {
    return null;
  }
}
