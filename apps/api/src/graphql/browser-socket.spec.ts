import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionService } from '@rollcall/sessions';
import { type PersonSeed, seed, type TeamSeed } from '@rollcall/testing';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type RunningApi, startApi } from '../../test/running-api.js';
import { LiveEvents } from './live-events.js';

const WHO = '{ viewer { principal { handle } } }';
const WATCH = 'subscription { versionChanged { topic version { version } } }';

describe('a websocket of a browser that is signed in', () => {
  let api: RunningApi;
  let payments: TeamSeed;
  let olivia: PersonSeed;

  beforeAll(async () => {
    api = await startApi();
    const acme = await seed(api).organization('acme');
    payments = await acme.team('payments');
    olivia = await payments.maintainer('olivia');
  });
  afterAll(() => api?.close());

  async function session(): Promise<{ cookie: string; word: string }> {
    const { organizationId } = await api.prisma.principal.findUniqueOrThrow({ where: { id: olivia.id } });
    const owner = { organizationId, principalId: olivia.id, userAgent: 'a browser' };
    const begun = await api.prisma.$transaction((tx) => api.get(SessionService).begin(tx, owner));
    const cookie = `rollcall=${begun.cookie}`;
    const answer = await api.fetch('/auth/session', null, { headers: { cookie } });
    return { cookie, word: ((await answer.json()) as { word: string }).word };
  }

  /** What a browser sends by itself, and what its page says first. */
  function ask(query: string, headers: Record<string, string>, connectionParams: Record<string, string>) {
    const client = createClient({
      url: `${api.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: class extends WebSocket {
        constructor(url: string, protocols: string) {
          super(url, protocols, { headers });
        }
      },
      connectionParams,
      retryAttempts: 0,
      lazyCloseTimeout: 0,
    });
    return client.iterate<Record<string, { topic?: string }>>({ query });
  }

  it('is its user by the cookie of the upgrade and the word of the first message', async () => {
    const { cookie, word } = await session();
    const { value } = await ask(WHO, { cookie, origin: api.url }, { word }).next();
    expect(value).toMatchObject({ data: { viewer: { principal: { handle: 'olivia' } } } });
  });

  it('is nobody by one of them alone, or by those of two sessions', async () => {
    const [one, two] = [await session(), await session()];
    const { value } = await ask(WHO, { cookie: one.cookie }, {}).next();
    expect(value).toMatchObject({ data: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    for (const [headers, word] of [
      [{}, one.word],
      [{ cookie: one.cookie }, two.word],
      [{ cookie: one.cookie }, ''],
    ] as const) {
      await expect(ask(WHO, headers, { word }).next()).rejects.toBeDefined();
    }
  });

  it('is not opened for the page of another site', async () => {
    const { cookie, word } = await session();
    await expect(ask(WHO, { cookie, origin: 'https://evil.example' }, { word }).next()).rejects.toBeDefined();
  });

  it('hears what happens until the session ends', async () => {
    const { cookie, word } = await session();
    const stream = ask(WATCH, { cookie }, { word });
    const first = stream.next();
    const deadline = Date.now() + 10_000;
    while (api.get(LiveEvents).watching === 0) {
      if (Date.now() > deadline) throw new Error('nobody watches');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
    expect((await first).value).toMatchObject({ data: { versionChanged: { topic: 'version.published' } } });
    const out = await api.fetch('/auth/sign-out', null, {
      method: 'POST',
      headers: { cookie, 'x-rollcall-word': word },
    });
    expect(out.status).toBe(204);
    await olivia.publishes(`${payments.namespace}/mailer`, '1.0.0');
    const rest: unknown[] = [];
    for await (const event of stream) rest.push(event);
    // events of the first publish may still come; nothing that was committed after the end does
    expect(JSON.stringify(rest)).not.toContain('mailer');
  });
});
