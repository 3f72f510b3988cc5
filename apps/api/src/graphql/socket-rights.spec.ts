import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OrganizationSeed, type PersonSeed, seed } from '@rollcall/testing';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type RunningApi, startApi } from '../../test/running-api.js';

const QUERY = '{ principals(first: 1) { edges { cursor } } }';

describe('a socket that stays open', () => {
  let api: RunningApi;
  let acme: OrganizationSeed;
  const clients: Client[] = [];

  beforeAll(async () => {
    api = await startApi();
    acme = await seed(api).organization('acme');
  });
  afterAll(async () => {
    for (const client of clients) await client.dispose();
    await api?.close();
  });

  async function open(person: PersonSeed): Promise<Client> {
    const client = createClient({
      url: `${api.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
      onNonLazyError: () => undefined,
      connectionParams: { authorization: `Bearer ${await person.token()}` },
    });
    clients.push(client);
    return client;
  }

  /** The code of the refusal, or ok. */
  async function ask(client: Client, query: string): Promise<string> {
    const { value } = await client.iterate({ query }).next();
    const { errors } = value as { errors?: { extensions?: { code?: string } }[] };
    return String(errors?.[0]?.extensions?.code ?? 'ok');
  }

  it('answers with the rights of now: what was taken away since it was opened is gone', async () => {
    const aud = await acme.auditor('aud');
    const client = await open(aud);
    const answers = [await ask(client, QUERY)];
    await api.prisma.roleAssignment.deleteMany({ where: { principalId: aud.id } });
    answers.push(await ask(client, QUERY));
    await api.prisma.apiToken.updateMany({ where: { principalId: aud.id }, data: { revokedAt: api.clock.now() } });
    answers.push(await ask(client, QUERY));
    expect(answers).toEqual(['ok', 'FORBIDDEN', 'UNAUTHENTICATED']);
  });

  it('refuses a subscription to whoever lost the token meanwhile, with the code and the next step', async () => {
    const ben = await acme.auditor('ben');
    const client = await open(ben);
    expect(await ask(client, QUERY)).toBe('ok');
    await api.prisma.apiToken.updateMany({ where: { principalId: ben.id }, data: { revokedAt: api.clock.now() } });
    const watching = client.iterate({ query: 'subscription { versionChanged { topic } }' }).next();
    await expect(watching).rejects.toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED', nextStep: expect.any(String) } },
    ]);
  });

  it('masks a fault where a subscription begins, as everywhere', async () => {
    const eve = await acme.auditor('eve');
    const client = await open(eve);
    expect(await ask(client, QUERY)).toBe('ok');
    await api.dropDatabase();
    const error: unknown = await client
      .iterate({ query: 'subscription { versionChanged { topic } }' })
      .next()
      .then(
        () => null,
        (thrown: unknown) => thrown,
      );
    expect(error).toMatchObject([
      { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL', requestId: expect.any(String) } },
    ]);
    expect(JSON.stringify(error)).not.toMatch(/prisma|invocation|database/i);
    expect(api.log()).toContain('graphql request failed');
  });
});
