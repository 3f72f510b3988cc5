import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayService } from '@rollcall/gateways';
import { asSystem } from '@rollcall/persistence';
import { type OrganizationSeed, type PersonSeed, seed, type TeamSeed } from '@rollcall/testing';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type RunningApi, startApi } from '../../test/running-api.js';
import { LiveEvents } from '../graphql/live-events.js';

/** As it is shipped: outside of a recognised request the database shows nothing at all. */
describe('an api whose database shows nothing until a request is recognised', () => {
  let api: RunningApi;
  let acme: OrganizationSeed;
  let payments: TeamSeed;
  let olivia: PersonSeed;
  let token: string;

  beforeAll(async () => {
    api = await startApi({ outsideRequests: 'request' });
    await asSystem(async () => {
      acme = await seed(api).organization('acme');
      payments = await acme.team('payments');
      olivia = await payments.maintainer('olivia');
      const version = await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
      await version.reaches('active', { owner: olivia, reviewer: await acme.reviewer('riley') });
      token = await olivia.token();
    });
  });
  afterAll(() => api?.close());

  it('has nothing outside', async () => {
    expect(await api.prisma.server.count()).toBe(0);
    expect(await asSystem(() => api.prisma.server.count())).toBe(1);
  });

  it('answers GraphQL with nested fields and mutations, the registry API and health', async () => {
    const query = '{ servers(first: 5) { edges { node { name team { slug } versions { version } } } } }';
    for (let n = 0; n < 3; n++) {
      // the third answer comes from the compiled query
      const { data, errors } = await api.query(token, query);
      expect(errors ?? []).toEqual([]);
      expect(data).toMatchObject({
        servers: { edges: [{ node: { team: { slug: 'payments' }, versions: [{ version: '1.0.0' }] } }] },
      });
    }
    const mutation =
      'mutation { agentCreate(input: { team: "payments", slug: "bot", name: "Bot" }) { agent { slug } errors { code } } }';
    expect(await api.query(token, mutation)).toMatchObject({ data: { agentCreate: { agent: { slug: 'bot' } } } });
    expect(await (await api.fetch('/v0.1/servers', token)).text()).toContain('ledger');
    for (const at of ['/healthz', '/readyz']) expect((await api.fetch(at)).status).toBe(200);
    expect((await api.fetch('/v0.1/servers')).status).toBe(401);
  });

  it('answers gateways', async () => {
    const gateway = await asSystem(() =>
      api.get(GatewayService).enroll(acme.system(), { name: 'edge', environment: 'production' }),
    );
    const report = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        gateway: 'edge',
        bootId: 'boot',
        seq: 1,
        epoch: 0,
        serial: 0,
        bundleSha256: null,
        result: 'ack',
        error: null,
        appliedAt: null,
        rootVersion: 1,
        clockOffsetMs: null,
      }),
    };
    expect((await api.fetch('/bundles/v1/production/status', gateway.token, report)).status).toBe(204);
  });

  it('answers its tools', async () => {
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'spec', version: '1' } },
    };
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const post = async (body: object) =>
      (await api.fetch('/mcp', token, { method: 'POST', headers, body: JSON.stringify(body) })).text();
    expect(await post(call)).toContain('protocolVersion');
    const tools = (await post({ jsonrpc: '2.0', id: 2, method: 'tools/list' })).match(
      /"name":"([a-z_]*search[a-z_]*)"/g,
    );
    const name = /"name":"([^"]+)"/.exec(tools?.find((one) => one.includes('server')) ?? '')?.[1];
    const params = { name, arguments: { search: 'ledger' } };
    expect(await post({ jsonrpc: '2.0', id: 3, method: 'tools/call', params })).toContain('ledger');
  });

  it('tells watchers over a socket, and answers queries over it', async () => {
    const client = createClient({
      url: `${api.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${token}` },
    });
    try {
      const query = 'subscription { versionChanged { version { version server { name team { slug } } } } }';
      const first = client.iterate({ query }).next();
      const deadline = Date.now() + 10_000;
      while (api.get(LiveEvents).watching === 0) {
        if (Date.now() > deadline) throw new Error('nobody watches');
        await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 5))]);
      }
      await asSystem(() => olivia.publishes(`${payments.namespace}/mailer`, '2.0.0'));
      expect(JSON.stringify(await first)).toContain('"team":{"slug":"payments"}');
    } finally {
      await client.dispose();
    }
  });
});
