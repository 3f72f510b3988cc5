import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serverJson } from '../installation.js';

const OFFICIAL = 'io.modelcontextprotocol.registry/official';

/** One version of another registry, as its operator changes it. */
type Entry = { name: string; version: string; description: string; status: string; updatedAt: string };

/** Another registry that speaks v0.1: lists in pages of two, follows `updated_since`, keeps what was deleted. */
export type UpstreamRegistry = {
  url: string;
  set(name: string, description: string, status?: 'active' | 'deleted'): void;
  close(): Promise<void>;
};

/** Starts one on a free port of this machine, with nothing in it. */
export async function startUpstreamRegistry(): Promise<UpstreamRegistry> {
  const entries = new Map<string, Entry>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://upstream');
    if (url.pathname !== '/v0.1/servers') return response.writeHead(404).end();
    const body = JSON.stringify(page([...entries.values()], url.searchParams));
    response.writeHead(200, { 'content-type': 'application/json', date: new Date().toUTCString() }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set: (name, description, status = 'active') => {
      entries.set(name, { name, version: '1.0.0', description, status, updatedAt: new Date().toISOString() });
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function page(all: Entry[], query: URLSearchParams): object {
  const since = query.get('updated_since');
  const showsDeleted = since !== null || query.get('include_deleted') === 'true';
  const size = Math.min(Number(query.get('limit') ?? 2), 2);
  const matching = all
    .filter((one) => since === null || Date.parse(one.updatedAt) > Date.parse(since))
    .filter((one) => showsDeleted || one.status !== 'deleted')
    .filter((one) => one.name > (query.get('cursor') ?? ''))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const shown = matching.slice(0, size);
  const nextCursor = matching.length > size ? shown.at(-1)?.name : undefined;
  return {
    servers: shown.map(({ name, version, description, status, updatedAt }) => ({
      server: { ...serverJson(name, version), description },
      _meta: { [OFFICIAL]: { status, publishedAt: updatedAt, updatedAt, statusChangedAt: updatedAt, isLatest: true } },
    })),
    metadata: { count: shown.length, ...(nextCursor ? { nextCursor } : {}) },
  };
}
