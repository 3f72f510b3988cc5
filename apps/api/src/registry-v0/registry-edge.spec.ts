import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PersonSeed, seed } from '@rollcall/testing';
import { parse } from 'yaml';
import { type RunningApi, startApi } from '../../test/running-api.js';
import { documentedRoutes } from './registry-document.js';
import { encodeServerName, isRegistryPath } from './registry-paths.js';

describe('the edge of the registry API', () => {
  let api: RunningApi;
  let olivia: PersonSeed;
  let token: string;
  const name = 'com.acme.payments/ledger';

  beforeAll(async () => {
    api = await startApi();
    const acme = await seed(api).organization('acme');
    olivia = await (await acme.team('payments')).maintainer('olivia');
    token = await olivia.token();
    const riley = await acme.reviewer('riley');
    for (const version of ['1.0.0', '1.0.0+build']) {
      await (await olivia.publishes(name, version)).reaches('active', { owner: olivia, reviewer: riley });
    }
  });
  afterAll(() => api?.close());

  /** As it is, without what `fetch` would correct in the address. */
  const raw = (path: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}) =>
    new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
      const { host } = new URL(api.url);
      const [hostname, port] = host.split(':');
      const headers = { authorization: `Bearer ${token}`, ...options.headers };
      const { method = 'GET' } = options;
      const sent = httpRequest({ hostname, port, path, method, headers }, (response) => {
        let text = '';
        response.on('data', (part) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      sent.on('error', reject);
      sent.end(options.body);
    });
  const problem = (text: string) => JSON.parse(text) as Record<string, unknown>;

  it.each([
    `/v0.1/servers/com.acme.payments%2Fledger/versions/1.0.0`,
    `/v0.1/servers/com.acme.payments%2fledger/versions/1.0.0`,
    `/v0.1/servers/com.acme.payments/ledger/versions/1.0.0`,
    `/v0.1/servers/com.acme.payments/ledger/versions/latest`,
    `/v0/servers/com.acme.payments/ledger/versions`,
    `/o/acme/v0.1/servers/com.acme.payments/ledger/versions/1.0.0%2Bbuild`,
    `/v0.1/x/dev.rollcall/servers/com.acme.payments/ledger?limit=1`,
  ])('finds %s', async (path) => {
    expect((await raw(path)).status).toBe(200);
  });

  it('encodes nothing but a name', () => {
    for (const path of [
      '/v0.1/servers/x/versions',
      '/v0.1/servers/x/versions/latest',
      '/v0.1/servers/a%2Fb/versions',
      '/v0.1/servers?search=a/b/versions',
      '/graphql/servers/a/b/versions',
    ]) {
      expect(encodeServerName(path)).toBe(path);
    }
    expect(encodeServerName('/v0/servers/a/versions/versions/1?x=/')).toBe('/v0/servers/a%2Fversions/versions/1?x=/');
  });

  it('sends a slash at the end away, and only here', async () => {
    const moved = await raw('/v0.1/servers/?limit=2');
    expect([moved.status, moved.headers['location']]).toEqual([308, '/v0.1/servers?limit=2']);
    expect((await raw('/catalogue/x/v0.1/servers/')).status).toBe(308);
    expect((await raw('//evil.example/v0.1/servers/')).status).not.toBe(308);
    expect((await raw('/healthz/')).status).toBe(200);
    expect(isRegistryPath('/v0.10/servers')).toBe(false);
  });

  it.each([
    '/v0.1/servers?search=%00',
    '/v0.1/servers/a%00b/versions',
    '/v0.1/nothing%00',
    '/v0.1/servers/%ZZ/versions',
  ])('refuses %s with 400', async (path) => {
    const answer = await raw(path);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(problem(answer.text)).toMatchObject({ status: 400, detail: expect.any(String), code: expect.any(String) });
  });

  it.each(['/v0.1/nothing', '/v0/server', '/servers', '/v0.1', '/v0.1/servers/x'])(
    'hints at the API from %s',
    async (path) => {
      const answer = await raw(path);
      expect([answer.status, answer.headers['content-type']]).toEqual([
        404,
        expect.stringContaining('application/problem+json'),
      ]);
      const { error, ...rest } = problem(answer.text);
      expect(rest).toMatchObject({ title: 'NOT_FOUND', status: 404, detail: error, nextStep: expect.any(String) });
      if (!path.startsWith('/v0.1')) expect(rest['nextStep']).toContain('/v0.1');
    },
  );

  it('lets pages of any origin read and write, with a token and never with a cookie', async () => {
    for (const path of [
      '/v0.1/servers',
      '/v0/servers',
      '/o/acme/v0.1/servers',
      '/catalogue/x/v0.1/servers',
      '/v0.1/nothing',
    ]) {
      const headers = {
        origin: 'https://pages.example',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'X-Custom, authorization',
      };
      const preflight = await raw(path, { method: 'OPTIONS', headers });
      expect(preflight.status).toBe(204);
      expect(preflight.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': expect.stringContaining('PATCH'),
        'access-control-allow-headers': 'authorization, content-type, if-none-match, x-custom',
        'access-control-max-age': '86400',
      });
      const answer = await raw(path, { headers: { origin: 'https://pages.example' } });
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'Content-Type, Content-Length, ETag',
      });
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
      expect(answer.status).not.toBe(403);
    }
  });

  const post = (path: string, body: string, type = 'application/json') =>
    raw(path, {
      method: 'POST',
      body,
      headers: { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) },
    });

  it.each([
    ['no JSON', '{"name":', 'application/json', 400],
    ['nothing', '', 'application/json', 400],
    ['a list', '[]', 'application/json', 422],
    ['a form', 'name=x', 'application/x-www-form-urlencoded', 415],
    ['text', '{}', 'text/plain', 415],
    ['too much', `"${'x'.repeat(1_100_000)}"`, 'application/json', 413],
    ['a pit', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'application/json', 400],
    ['U+0000', '{"name":"a\\u0000"}', 'application/json', 400],
    ['half a character', '{"name":"\\ud800"}', 'application/json', 400],
    ['a prototype', '{"__proto__":{"name":"x"}}', 'application/json', 400],
  ])('answers a body of %s with one shape', async (_what, body, type, status) => {
    const answer = await post('/v0.1/publish', body, type);
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status,
      expect.stringContaining('application/problem+json'),
    ]);
    const parsed = problem(answer.text);
    expect(parsed).toMatchObject({
      title: expect.any(String),
      status,
      code: expect.any(String),
      nextStep: expect.any(String),
    });
    expect(parsed['error']).toBe(parsed['detail']);
    expect(parsed['requestId']).toMatch(/^req_/);
  });

  it('answers what anybody may ask, without a token', async () => {
    const get = async (path: string) => (await api.fetch(path)).json();
    expect(await get('/v0.1/health')).toEqual({ status: 'ok' });
    expect(await get('/v0/ping')).toEqual({ pong: true });
    expect(await get('/v0.1/version')).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      git_commit: expect.any(String),
      build_time: expect.any(String),
    });
  });

  it('describes every route it has, and none that it has not', async () => {
    const response = await api.fetch('/openapi.yaml');
    expect(response.headers.get('content-type')).toContain('yaml');
    const document = parse(await response.text()) as {
      openapi: string;
      paths: object;
      components: { schemas: object };
    };
    expect(document.openapi).toBe('3.1.0');
    const references = JSON.stringify(document).match(/#\/components\/schemas\/(\w+)/g) ?? [];
    for (const reference of references)
      expect(Object.keys(document.components.schemas)).toContain(reference.split('/').at(-1));
    for (const route of documentedRoutes()) {
      const [method = '', path = ''] = route.split(' ');
      const at = path.replace('{serverName}', 'a%2Fb').replace('{version}', '1.0.0');
      const { status, text } = await raw(at, { method, headers: { authorization: 'none' } });
      if (status === 404) expect(text).not.toContain('There is nothing at this address');
      expect(status).toBeLessThan(500);
    }
  });
});
