import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Caller, MatrixWorld } from './matrix-world.js';

const WATCH = `subscription ($server: ServerRef) {
  versionChanged(server: $server) { topic version { id version server { id name team { slug } } } } }`;

type Watcher = { caller: Caller; client: Client; heard: string[]; ended: string | null };

/** Every subscription of the schema: all callers listen while something happens to both teams and both organizations. */
export const LIVE_ROWS: Readonly<Record<string, (world: MatrixWorld) => object>> = {
  'Subscription.versionChanged': () => ({}),
  'Subscription.versionChanged (of one server)': ({ templates }) => ({ server: { byName: templates.active.name } }),
};

/** One row: what each caller heard. Bodies are given to `heard` as they came. */
export async function tryLiveRow(
  world: MatrixWorld,
  variables: object,
  heard: (caller: Caller, body: string) => void,
): Promise<string[]> {
  const before = world.api.watching();
  const watchers = world.callers.map((caller) => watch(world, caller, variables));
  await until('everybody listens', () => {
    const open = watchers.filter(({ ended }) => ended === null).length;
    return world.api.watching() - before === open;
  });
  const admin = watchers.find(({ caller }) => caller.name === 'admin') as Watcher;
  const [sales, outside] = [await rivalOf(world), await outsiderOf(world)];
  // the later rounds come after what the first one was heard of, so that a slow leak is heard too
  for (let round = 1; round <= 3; round++) {
    const n = world.next();
    await world.maintainer.publishes(world.templates.active.name, `2.${n}.0`);
    await outside(`2.${n}.0`);
    await sales(`2.${n}.0`);
    await until('the administrator hears of it', () => admin.heard.some((body) => body.includes(`"2.${n}.0"`)));
  }
  const globex = watchers.find(({ caller }) => caller.name === 'globex') as Watcher;
  if (!('server' in variables)) await until('the other organization hears its own', () => globex.heard.length >= 3);
  for (const watcher of watchers) {
    for (const body of watcher.heard) heard(watcher.caller, body);
    await watcher.client.dispose();
  }
  return watchers.map(wordOf);
}

function wordOf({ ended, heard }: Watcher): string {
  if (heard.some((body) => body.includes('com.acme.payments'))) return 'ok';
  if (heard.length > 0) return 'ok-own';
  return ended ?? 'EMPTY';
}

function watch({ api }: MatrixWorld, caller: Caller, variables: object): Watcher {
  class BrowserSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols, { headers: caller.headers });
    }
  }
  const client = createClient({
    url: `${api.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: BrowserSocket,
    retryAttempts: 0,
    lazyCloseTimeout: 0,
    ...(caller.token === null ? {} : { connectionParams: { authorization: `Bearer ${caller.token}` } }),
  });
  const watcher: Watcher = { caller, client, heard: [], ended: null };
  client.subscribe(
    { query: WATCH, variables: variables as Record<string, unknown> },
    {
      next: (message) => {
        const code = message.errors?.[0]?.extensions?.['code'];
        if (code === undefined) watcher.heard.push(JSON.stringify(message));
        else watcher.ended = String(code);
      },
      error: (error) => {
        watcher.ended = codeOf(error);
      },
      complete: () => {
        watcher.ended ??= 'ended';
      },
    },
  );
  return watcher;
}

function codeOf(error: unknown): string {
  if (Array.isArray(error)) return String((error[0] as { extensions?: { code?: string } }).extensions?.code);
  // the socket is closed to a token that is none
  return 'CLOSED';
}

async function outsiderOf({ api, callers }: MatrixWorld) {
  const token = callers.find(({ name }) => name === 'mkt-maint')?.token ?? '';
  return (version: string) => publish(api.url, token, 'com.acme.marketing/mailer', version);
}

async function rivalOf({ api, callers }: MatrixWorld) {
  const token = callers.find(({ name }) => name === 'globex')?.token ?? '';
  return (version: string) => publish(api.url, token, 'com.globex.sales/quotes', version);
}

async function publish(url: string, token: string, name: string, version: string): Promise<void> {
  const manifest = { name, version, description: 'Watched.', $schema: SCHEMA };
  const response = await fetch(`${url}/v0.1/publish`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(manifest),
  });
  if (!response.ok) throw new Error(await response.text());
}

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
