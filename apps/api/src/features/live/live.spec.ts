import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type OrganizationSeed, type PersonSeed, seed, type TeamSeed } from '@rollcall/testing';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type RunningApi, startApi } from '../../../test/running-api.js';
import { LiveEvents } from '../../graphql/live-events.js';

const WATCH =
  'subscription ($server: ServerRef) { versionChanged(server: $server) { topic version { version state server { name team { slug } } } } }';

type Change = { topic: string; version: { version: string; server: { name: string; team: { slug: string } } } };

describe('watching versions', () => {
  let api: RunningApi;
  let acme: OrganizationSeed;
  let payments: TeamSeed;
  let olivia: PersonSeed;
  const clients: Client[] = [];
  let count = 0;

  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(async () => {
    for (const client of clients) await client.dispose();
    await api?.close();
  });
  beforeEach(async () => {
    acme = await seed(api).organization(`acme${++count}`);
    payments = await acme.team('payments');
    olivia = await payments.maintainer('olivia');
  });

  function clientOf(token: string | null): Client {
    const client = createClient({
      url: `${api.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazyCloseTimeout: 0,
      ...(token === null ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
    });
    clients.push(client);
    return client;
  }

  /** Begins to watch, and waits until the control plane knows. */
  async function watching(token: string | null, variables: object = {}) {
    const before = api.get(LiveEvents).watching;
    const stream = clientOf(token).iterate<{ versionChanged: Change }>({ query: WATCH, variables: variables as never });
    const first = stream.next();
    const deadline = Date.now() + 10_000;
    while (api.get(LiveEvents).watching === before) {
      if (Date.now() > deadline) throw new Error('nobody watches');
      await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 5))]);
    }
    return { first, stream };
  }

  const changeOf = async (first: ReturnType<Awaited<ReturnType<typeof watching>>['stream']['next']>) => {
    const result = (await first).value as { data?: { versionChanged: Change } };
    return result.data?.versionChanged;
  };

  it('tells what was committed, with everything a query could ask', async () => {
    const { first, stream } = await watching(await olivia.token());
    await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
    expect(await changeOf(first)).toEqual({
      topic: 'version.published',
      version: {
        version: '1.0.0',
        state: 'draft',
        server: { name: `${payments.namespace}/ledger`, team: { slug: 'payments' } },
      },
    });
    await stream.return?.();
  });

  it('tells only of the server that was asked for', async () => {
    await olivia.publishes(`${payments.namespace}/mailer`, '1.0.0');
    const { first, stream } = await watching(await olivia.token(), {
      server: { byName: `${payments.namespace}/mailer` },
    });
    await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
    await olivia.publishes(`${payments.namespace}/mailer`, '1.1.0');
    expect((await changeOf(first))?.version.version).toBe('1.1.0');
    await stream.return?.();
  });

  it('tells nobody of what they may not see: another team, another organization', async () => {
    const marketing = await acme.team('marketing');
    const oscar = await marketing.maintainer('oscar');
    const other = await seed(api).organization(`other${count}`);
    const theirs = await other.team('payments');
    const mallory = await theirs.maintainer('mallory');
    const watchers = [await watching(await oscar.token()), await watching(await mallory.token())];
    await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
    await oscar.publishes(`${marketing.namespace}/mailer`, '1.0.0');
    await mallory.publishes(`${theirs.namespace}/spy`, '1.0.0');
    const seen = await Promise.all(watchers.map(async ({ first }) => (await changeOf(first))?.version.server.name));
    expect(seen).toEqual([`${marketing.namespace}/mailer`, `${theirs.namespace}/spy`]);
    for (const { stream } of watchers) await stream.return?.();
  });

  it('ends for who lost the token meanwhile', async () => {
    const { first } = await watching(await olivia.token());
    await api.prisma.apiToken.updateMany({ where: { principalId: olivia.id }, data: { revokedAt: api.clock.now() } });
    await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
    expect(await first).toMatchObject({ done: true });
  });

  it('refuses who does not say who they are, or says it wrongly', async () => {
    await expect(clientOf(null).iterate({ query: WATCH }).next()).rejects.toMatchObject([
      { message: 'This needs a valid API token.' },
    ]);
    await expect(
      clientOf(`rcl_${'a'.repeat(43)}`)
        .iterate({ query: WATCH })
        .next(),
    ).rejects.toBeDefined();
  });

  it('answers queries over the same connection', async () => {
    const stream = clientOf(await olivia.token()).iterate({
      query: '{ viewer { principal { handle } } namespaces { name } }',
    });
    expect((await stream.next()).value).toMatchObject({
      data: { viewer: { principal: { handle: 'olivia' } }, namespaces: [{ name: payments.namespace }] },
    });
  });
});
