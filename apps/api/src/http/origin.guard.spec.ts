import { describe, expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import { guardOrigin } from './origin.guard.js';

async function ask(url: string, headers: Record<string, string>): Promise<number> {
  const app = fastify();
  guardOrigin(app, ['https://ops.acme.example']);
  for (const path of ['/graphql', '/v0.1/servers', '/healthz']) app.all(path, async () => ({}));
  const { statusCode } = await app.inject({ method: 'POST', url, headers: { host: '127.0.0.1:8080', ...headers } });
  await app.close();
  return statusCode;
}

describe('the origin of a request to the api', () => {
  it('is not asked for when no browser page sends it', async () => {
    expect(await ask('/graphql', {})).toBe(200);
  });

  it('may be the console itself, or one that the operator named', async () => {
    expect(await ask('/graphql', { origin: 'http://127.0.0.1:8080' })).toBe(200);
    expect(await ask('/graphql', { origin: 'https://ops.acme.example' })).toBe(200);
  });

  it.each(['https://evil.example', 'http://127.0.0.1:9999', 'null', 'http://127.0.0.1:8080.evil.example'])(
    'is refused when it is %s',
    async (origin) => {
      expect(await ask('/graphql', { origin })).toBe(403);
      expect(await ask('/graphql?x=/v0.1/', { origin })).toBe(403);
    },
  );

  it('does not matter for health and the registry API, which are made for clients of other origins', async () => {
    expect(await ask('/v0.1/servers', { origin: 'https://evil.example' })).toBe(200);
    expect(await ask('/healthz', { origin: 'https://evil.example' })).toBe(200);
  });
});
