import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadTestConfig } from '@rollcall/config';
import { type PersonSeed, seed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../test/running-api.js';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

async function until(what: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await sleep(20);
  }
}

describe('the api over HTTP', () => {
  let api: RunningApi;
  let ada: PersonSeed;

  beforeAll(async () => {
    api = await startApi();
    ada = await (await seed(api).organization('acme')).admin('ada');
  });
  afterAll(() => api?.close());

  it('sends its security headers and a request id with every answer', async () => {
    for (const at of ['/healthz', '/v0.1/servers', '/nowhere']) {
      const response = await api.fetch(at);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('x-frame-options')).toBe('DENY');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(response.headers.get('x-request-id')).toMatch(/^req_/);
    }
  });

  it('answers problems as RFC 9457 documents, with nothing of the inside', async () => {
    const unauthenticated = await api.fetch('/v0.1/servers');
    expect(unauthenticated.status).toBe(401);
    expect(unauthenticated.headers.get('www-authenticate')).toContain('Bearer');
    expect(unauthenticated.headers.get('content-type')).toContain('application/problem+json');
    expect(await unauthenticated.json()).toMatchObject({
      code: 'UNAUTHENTICATED',
      status: 401,
      error: expect.any(String),
    });
    const nowhere = await api.fetch('/nowhere');
    expect(nowhere.status).toBe(404);
    expect(await nowhere.json()).toMatchObject({ code: 'NOT_FOUND' });
    const olivia = await (await seed(api).organization('other')).nobody('norman');
    const forbidden = await api.fetch('/bundles/v1/production/timestamp', await olivia.token());
    expect(forbidden.status).toBe(403);
    expect(await forbidden.json()).toMatchObject({ code: 'FORBIDDEN', nextStep: expect.any(String) });
  });

  it('takes no body above its limit, and no body that is not JSON', async () => {
    const token = await ada.token();
    const post = (body: string) =>
      api.fetch('/graphql', token, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const big = await post(JSON.stringify({ query: '{ viewer { roles } }', filler: 'x'.repeat(9 * 1024 * 1024) }));
    expect(big.status).toBe(413);
    expect((await post('{"query"')).status).toBe(400);
    const form = await api.fetch('/graphql', token, {
      method: 'POST',
      body: new URLSearchParams({ query: '{ viewer }' }),
    });
    expect([400, 415]).toContain(form.status);
  });

  it.each(['\u0000', '\ud800'])('refuses the text %j, which no database holds, wherever it is', async (text) => {
    const token = await ada.token();
    const post = (body: object) =>
      api.fetch('/graphql', token, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const query = 'query ($search: String) { servers(where: { search: $search }) { edges { cursor } } }';
    for (const body of [
      { query, variables: { search: text } },
      { query: '{ viewer { roles } }', deep: [[{ [text]: 1 }]] },
    ]) {
      const response = await post(body);
      expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ code: 'BAD_REQUEST' })]);
    }
    expect((await api.fetch('/v0.1/servers?search=%00', token)).status).toBe(400);
    expect((await post({ query, variables: { search: '𝄞 ä' } })).status).toBe(200);
  });

  it('is alive and ready, and says so with metrics', async () => {
    expect(await (await api.fetch('/healthz')).json()).toEqual({ status: 'ok' });
    const ready = await api.fetch('/readyz');
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, failing: [] }]);
    expect(await (await api.fetch('/metrics')).text()).toContain('process_cpu_seconds_total');
  });

  it('never logs a token', async () => {
    const token = await ada.token();
    await api.fetch(`/v0.1/servers?search=${token}`, token);
    await api.query(token, '{ nothing }');
    expect(api.log()).not.toContain(token);
  });
});

const redisTest = hasRedis || loadTestConfig().requireRedis ? it : it.skip;

describe('readiness', () => {
  redisTest('names the dependency that is down, and no other', async () => {
    const probe = net.createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as net.AddressInfo;
    probe.close();
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const redis: ChildProcess = spawn('redis-server', options, { stdio: 'ignore' });
    await until(
      () =>
        new Promise((resolve) => {
          const socket = net.connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
          socket.unref();
        }),
    );
    const api = await startApi({ redisUrl: `redis://127.0.0.1:${port}` });
    const ready = async () => {
      const response = await api.fetch('/readyz');
      return [response.status, await response.json()];
    };
    try {
      expect(await ready()).toEqual([200, { ready: true, failing: [] }]);
      await api.dropDatabase();
      expect(await ready()).toEqual([503, { ready: false, failing: ['postgresql'] }]);
      expect((await api.fetch('/healthz')).status).toBe(200);
      redis.kill('SIGSTOP');
      expect(await ready()).toEqual([503, { ready: false, failing: ['postgresql', 'queue'] }]);
      redis.kill('SIGCONT');
    } finally {
      redis.kill('SIGCONT');
      await api.stop();
      redis.kill('SIGKILL');
    }
  });
});
