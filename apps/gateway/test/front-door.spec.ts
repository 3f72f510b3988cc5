import { request as rawRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningMcpServer, startMcpServer } from '@rollcall/testing';
import { GatewayStage, policyOf, TOKENS, versionAt } from './gateway.fixture.js';

const stage = new GatewayStage();
let upstream: RunningMcpServer;

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const modernCall = (name = 'demo__greet') => ({
  jsonrpc: '2.0',
  id: 'm1',
  method: 'tools/call',
  params: { name, arguments: { name: 'Ada' }, _meta: META },
});
const modernHeaders = (name = 'demo__greet') => ({
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': name,
});

beforeAll(async () => {
  upstream = await startMcpServer();
  await stage.open();
  await stage.startGateway();
  await stage.publish(policyOf({ '1.0.0': await versionAt(upstream.url) }, { greet: '1.0.0' }));
});

afterAll(async () => {
  await stage.close();
  await upstream.close();
});

/** POST with any Host header, which fetch does not allow. */
function postAs(host: string): Promise<number> {
  const { port } = new URL(stage.origin);
  return new Promise((resolve, reject) => {
    const request = rawRequest(
      { host: '127.0.0.1', port, path: '/mcp', method: 'POST', headers: { host } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on('error', reject);
    request.end('{}');
  });
}

describe('the front door of the gateway', () => {
  it('answers a request without a token with 401 and a pointer to its metadata, which it serves', async () => {
    const answer = await stage.call('demo__greet', {}, { authorization: null });
    expect(answer.status).toBe(401);
    const challenge = answer.headers.get('www-authenticate') ?? '';
    expect(challenge).toMatch(/^Bearer resource_metadata="http.*\/\.well-known\/oauth-protected-resource\/mcp"/);
    const metadata = await fetch(`${stage.origin}/.well-known/oauth-protected-resource/mcp`);
    expect(await metadata.json()).toMatchObject({ bearer_methods_supported: ['header'] });
  });

  it('refuses a token nobody was given, and one under another scheme', async () => {
    expect((await stage.call('demo__greet', {}, { authorization: 'Bearer wrong-token' })).status).toBe(401);
    expect((await stage.call('demo__greet', {}, { authorization: `Basic ${TOKENS.reader}` })).status).toBe(401);
  });

  it('refuses foreign origins and host names before anything else', async () => {
    expect((await stage.call('demo__greet', {}, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await stage.call('demo__greet', {}, { origin: 'null', authorization: null })).status).toBe(403);
    expect(await postAs('evil.example')).toBe(403);
    expect(await postAs('evil.example:8090')).toBe(403);
    expect(await postAs('localhost')).toBe(401);
  });

  it('lets a configured origin in', async () => {
    const answer = await stage.call('demo__greet', { name: 'Ada' }, { origin: 'https://console.example' });
    expect(answer.json.result.content[0].text).toBe('Hello, Ada!');
  });

  it('has no streams and no sessions: GET and DELETE are 405', async () => {
    expect((await fetch(stage.url)).status).toBe(405);
    expect((await fetch(stage.url, { method: 'DELETE' })).status).toBe(405);
  });

  it('refuses bodies that are too large, not JSON by type, or batches', async () => {
    const large = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { pad: 'x'.repeat(5_000_000) } });
    expect((await stage.post(large)).status).toBe(413);
    expect((await stage.post('{}', { 'content-type': 'text/plain' })).status).toBe(415);
    const batch = await stage.post([{ jsonrpc: '2.0', id: 1, method: 'ping' }]);
    expect([batch.status, batch.json.error.code]).toEqual([400, -32600]);
  });

  it('refuses a body that two readers could understand differently', async () => {
    const twice =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"demo__greet","name":"demo__other","arguments":{}}}';
    const unsafe =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"demo__greet","arguments":{"name":9007199254740993}}}';
    const deep = `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'['.repeat(100)}${']'.repeat(100)}}}`;
    for (const body of [twice, unsafe, deep, '{"jsonrpc":']) {
      const answer = await stage.post(body);
      expect([answer.status, answer.json.error.code]).toEqual([400, -32700]);
    }
  });

  it('accepts JSON that is merely written differently', async () => {
    const spaced = `{ "jsonrpc": "2.0", "id": 7,\n "method": "tools/call", "params": { "arguments": {"name": "\\u0041da"}, "name": "demo__greet" } }`;
    const answer = await stage.post(spaced);
    expect(answer.json).toMatchObject({ id: 7, result: { content: [{ text: 'Hello, Ada!' }] } });
  });

  it('serves a modern call, and refuses it when a header says something else than the body', async () => {
    const served = await stage.post(modernCall(), modernHeaders());
    expect(served.json.result).toMatchObject({ resultType: 'complete', content: [{ text: 'Hello, Ada!' }] });
    const lies = [
      { ...modernHeaders(), 'mcp-name': 'demo__other' },
      { ...modernHeaders(), 'mcp-name': 'DEMO__GREET' },
      { ...modernHeaders(), 'mcp-method': 'tools/list' },
      { ...modernHeaders(), 'mcp-protocol-version': '2025-11-25' },
      { ...modernHeaders(), 'mcp-name': null },
      { ...modernHeaders(), 'mcp-name': '=?base64?broken' },
    ];
    for (const headers of lies) {
      const answer = await stage.post(modernCall(), headers);
      expect([answer.status, answer.json.error.code, headers]).toEqual([400, -32020, headers]);
    }
  });

  it('refuses modern requests without their metadata and revisions it does not speak', async () => {
    const bare = await stage.post(
      { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' },
    );
    expect([bare.status, bare.json.error.code]).toEqual([400, -32602]);
    const meta = { ...META, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' };
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } };
    const future = await stage.post(body, { 'mcp-protocol-version': '2099-01-01', 'mcp-method': 'tools/list' });
    expect([future.status, future.json.error.code]).toEqual([400, -32022]);
    expect(future.json.error.data.supported).toEqual(['2026-07-28']);
  });

  it('answers unknown methods with -32601, for modern requests as 404', async () => {
    const old = await stage.post({ jsonrpc: '2.0', id: 1, method: 'prompts/list' });
    expect([old.status, old.json.error.code]).toEqual([200, -32601]);
    const body = { jsonrpc: '2.0', id: 1, method: 'ping', params: { _meta: META } };
    const modern = await stage.post(body, { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'ping' });
    expect([modern.status, modern.json.error.code]).toEqual([404, -32601]);
  });

  it('acknowledges notifications without a body', async () => {
    const answer = await stage.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    expect([answer.status, answer.text]).toEqual([202, '']);
  });

  it('never lets the agent’s token, or any header of the agent, reach a server', async () => {
    upstream.requests.length = 0;
    await stage.call('demo__greet', { name: 'Ada' }, { cookie: 'session=agent', 'x-agent': TOKENS.reader });
    expect(upstream.requests.length).toBeGreaterThan(0);
    expect(JSON.stringify(upstream.requests)).not.toContain(TOKENS.reader);
    expect(JSON.stringify(upstream.requests)).not.toContain('session=agent');
  });

  it('tells liveness, readiness and metrics apart', async () => {
    expect((await fetch(`${stage.origin}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${stage.origin}/readyz`)).json()).toEqual({ ready: true, missing: [] });
    const metrics = await (await fetch(`${stage.origin}/metrics`)).text();
    expect(metrics).toMatch(/rollcall_gateway_bundle_serial\{[^}]*\} 1/);
    expect(metrics).toContain('rollcall_gateway_calls_total');
  });
});
