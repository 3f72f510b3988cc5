import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@rollcall/kernel';
import {
  endlessPages,
  failingList,
  GREET_TOOL,
  hiddenTool,
  hugeFrame,
  lyingAboutVersion,
  type McpServerBehaviour,
  malformedList,
  neverAnswering,
  type RunningMcpServer,
  startMcpServer,
  startRawHttpServer,
} from '@rollcall/testing';
import { inspectServer } from './inspect-server.js';
import type { InspectionOptions, Observation } from './inspection.js';
import { checkUnauthenticatedAccess } from './unauthenticated-access.js';

const LOOPBACK: InspectionOptions = { network: { allowPrivate: ['127.0.0.0/8'] }, clock: systemClock() };
const running: RunningMcpServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function start(behaviour: McpServerBehaviour = {}): Promise<RunningMcpServer> {
  const server = await startMcpServer(behaviour);
  running.push(server);
  return server;
}

async function inspect(behaviour: McpServerBehaviour, options: Partial<InspectionOptions> = {}): Promise<Observation> {
  const server = await start(behaviour);
  return inspectServer({ transport: 'streamable-http', url: server.url }, { ...LOOPBACK, ...options });
}

const codes = (observation: Observation) => observation.issues.map((issue) => issue.code);
const toolNames = (observation: Observation) =>
  observation.offer?.tools.map((tool) => (tool as { name: string }).name) ?? null;

describe('servers of every era', () => {
  it('reads a modern server without a handshake and reports the current revision', async () => {
    const observation = await inspect({
      speaks: 'modern',
      instructions: 'Be kind.',
      prompts: [{ name: 'hello' }],
      resources: [{ uri: 'memo://1', name: 'One' }],
    });
    expect(observation).toMatchObject({
      outcome: 'healthy',
      detail: null,
      era: 'modern',
      protocolVersion: '2026-07-28',
      transport: 'streamable-http',
      serverInfo: { name: 'test-server', version: '1.0.0' },
      instructions: 'Be kind.',
      authentication: { required: false, wwwAuthenticate: null },
      issues: [],
    });
    expect(observation.offer).toMatchObject({
      tools: [{ name: 'greet', inputSchema: GREET_TOOL.inputSchema }],
      prompts: [{ name: 'hello' }],
      resources: [{ uri: 'memo://1' }],
      resourceTemplates: [],
      instructions: 'Be kind.',
    });
    expect(observation.latencyMs).toBeGreaterThanOrEqual(0);
  });

  it('falls back to the handshake for a stateful legacy server and ends the session it opened', async () => {
    const server = await start({ speaks: 'legacy', instructions: 'Old but good.' });
    const observation = await inspectServer({ transport: 'streamable-http', url: server.url }, LOOPBACK);
    expect(observation).toMatchObject({
      outcome: 'healthy',
      era: 'legacy',
      protocolVersion: '2025-11-25',
      instructions: 'Old but good.',
      serverInfo: { name: 'test-server' },
    });
    expect(toolNames(observation)).toEqual(['greet']);
    expect(server.requests.at(-1)?.method).toBe('DELETE');
    expect(server.requests.map((request) => request.method)).not.toContain('GET');
  });

  it('falls back to HTTP+SSE when a URL refuses POST', async () => {
    const observation = await inspect({ speaks: 'legacy-sse' });
    expect(observation).toMatchObject({ outcome: 'healthy', era: 'legacy', transport: 'sse', issues: [] });
    expect(toolNames(observation)).toEqual(['greet']);
  });

  it('speaks HTTP+SSE at once when the target says so', async () => {
    const server = await start({ speaks: 'legacy-sse' });
    const observation = await inspectServer({ transport: 'sse', url: server.url }, LOOPBACK);
    expect(observation).toMatchObject({ outcome: 'healthy', transport: 'sse' });
    expect(server.requests[0]?.method).toBe('GET');
  });

  it('sees the new contract on the next inspection of a server that changed', async () => {
    const server = await start();
    const target = { transport: 'streamable-http', url: server.url } as const;
    const before = await inspectServer(target, LOOPBACK);
    server.setTools([{ ...GREET_TOOL, name: 'greet_all' }]);
    const after = await inspectServer(target, LOOPBACK);
    expect([toolNames(before), toolNames(after)]).toEqual([['greet'], ['greet_all']]);
  });

  it('keeps members the SDK does not know, because the offer is read from the wire', async () => {
    const tool = { ...GREET_TOOL, annotations: { readOnlyHint: true, 'x-anno': 1 } };
    const observation = await inspect({ speaks: 'legacy', tools: [{ ...tool, ...{ 'x-vendor': { a: 1 } } }] });
    expect(observation.offer?.tools[0]).toMatchObject({ 'x-vendor': { a: 1 }, annotations: { 'x-anno': 1 } });
  });
});

describe('servers that break the protocol', () => {
  it.each(['modern', 'legacy'] as const)(
    'keeps the raw list of a %s server when one tool has no schema',
    async (speaks) => {
      const observation = await inspect({ speaks, ...malformedList('no-input-schema') });
      expect(observation.outcome).toBe('protocol_violation');
      expect(codes(observation)).toContain('MALFORMED_LIST');
      expect(toolNames(observation)).toEqual(['greet', 'broken']);
    },
  );

  it('keeps the raw list when a description is null', async () => {
    const observation = await inspect(malformedList('null-description'));
    expect(observation.outcome).toBe('protocol_violation');
    expect(observation.offer?.tools[1]).toMatchObject({ name: 'broken', description: null });
  });

  it('names a tool that conforming clients hide for its invalid header placement', async () => {
    const observation = await inspect({ speaks: 'modern', ...hiddenTool() });
    expect(toolNames(observation)).toEqual(['greet', 'hidden']);
    expect(observation.issues.find((issue) => issue.code === 'TOOL_HIDDEN_FROM_CLIENTS')?.message).toContain('hidden');
  });

  it('refuses to call an answer with a duplicate key well-formed, because two parsers would read two contracts', async () => {
    const body = (id: unknown) =>
      `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"tools":[{"name":"a","name":"b","inputSchema":{"type":"object"}}]}}`;
    const headers = { 'content-type': 'application/json' };
    const observation = await inspect({
      speaks: 'legacy',
      scripts: { 'tools/list': ({ id }) => ({ headers, body: body(id) }) },
    });
    expect(observation.outcome).toBe('protocol_violation');
    expect(codes(observation)).toContain('DUPLICATE_KEY');
  });

  it('reports a page that is no MCP server as unreachable, and an HTML page as a violation', async () => {
    const missing = await startRawHttpServer((_request, response) => {
      response.writeHead(404).end('Not here.');
    });
    const html = await startRawHttpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
    });
    const look = (origin: string) => inspectServer({ transport: 'streamable-http', url: `${origin}/mcp` }, LOOPBACK);
    const seen = [await look(missing.origin), await look(html.origin)];
    await Promise.all([missing.close(), html.close()]);
    expect(seen.map((observation) => observation.outcome)).toEqual(['unreachable', 'protocol_violation']);
  });

  it('survives a server that drops the connection in the middle of an answer', async () => {
    const server = await startRawHttpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"jsonrpc"', () => response.destroy());
    });
    const observation = await inspectServer({ transport: 'streamable-http', url: `${server.origin}/mcp` }, LOOPBACK);
    await server.close();
    expect(observation).toMatchObject({ offer: null, era: null });
    expect(['unreachable', 'protocol_violation']).toContain(observation.outcome);
  });

  it('does not believe a protocol version that does not exist', async () => {
    const observation = await inspect(lyingAboutVersion());
    expect(observation).toMatchObject({ outcome: 'protocol_violation', era: null, offer: null });
    expect(observation.detail).toContain('1999-01-01');
  });

  it('reports a failing list as degraded although the handshake worked', async () => {
    const observation = await inspect({ speaks: 'legacy', ...failingList() });
    expect(observation).toMatchObject({ outcome: 'degraded', era: 'legacy', offer: null });
    expect(observation.detail).toContain('500');
  });

  it('gives up on a cursor that repeats and never calls a partial list an offer', async () => {
    const observation = await inspect(endlessPages('repeating'));
    expect(observation).toMatchObject({ outcome: 'protocol_violation', offer: null });
    expect(codes(observation)).toContain('CURSOR_REPEATED');
  });

  it('gives up on endless fresh pages at the page limit', async () => {
    const server = await start(endlessPages('fresh'));
    const target = { transport: 'streamable-http', url: server.url } as const;
    const observation = await inspectServer(target, { ...LOOPBACK, maxPages: 5 });
    expect(observation).toMatchObject({ outcome: 'protocol_violation', offer: null });
    expect(codes(observation)).toContain('TOO_MANY_PAGES');
    expect(server.requests.filter((r) => (r.body as { method?: string } | null)?.method === 'tools/list')).toHaveLength(
      5,
    );
  });

  it.each(['document', 'event'] as const)('stops reading a huge %s at the limit and does not hold it', async (as) => {
    const before = process.memoryUsage().rss;
    const observation = await inspect(hugeFrame(400_000_000, as), { maxFrameBytes: 1_000_000 });
    expect(observation).toMatchObject({ outcome: 'protocol_violation', offer: null });
    expect(observation.detail).toContain('1000000 bytes');
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  it('stops at the total limit even when every message is small', async () => {
    const observation = await inspect(endlessPages('fresh'), { maxTotalBytes: 5_000, maxPages: 10_000 });
    expect(observation).toMatchObject({ outcome: 'protocol_violation', offer: null });
    expect(observation.detail).toContain('5000 bytes');
  });

  it.each(['modern', 'legacy-sse'] as const)('times out on a %s server that never answers', async (speaks) => {
    const started = performance.now();
    const observation = await inspect({ speaks, ...neverAnswering() }, { timeoutMs: 400 });
    expect(observation).toMatchObject({ outcome: 'timeout', offer: null });
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  it('waits for a slow server within its budget', async () => {
    let release: () => void = () => undefined;
    const hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    const server = await start({ hold });
    const inspection = inspectServer({ transport: 'streamable-http', url: server.url }, LOOPBACK);
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    release();
    expect((await inspection).outcome).toBe('healthy');
  });
});

describe('servers that ask who we are', () => {
  it('reports the RFC 9728 challenge of a 401', async () => {
    const observation = await inspect({ auth: { token: 'right', challenge: 'rfc9728' } });
    expect(observation).toMatchObject({ outcome: 'auth_required', offer: null, authentication: { required: true } });
    expect(observation.authentication?.wwwAuthenticate).toContain('resource_metadata=');
  });

  it('says so when a 401 comes without a challenge', async () => {
    const observation = await inspect({ auth: { token: 'right', challenge: 'none' } });
    expect(observation).toMatchObject({
      outcome: 'auth_required',
      authentication: { required: true, wwwAuthenticate: null },
    });
    expect(codes(observation)).toContain('CHALLENGE_MISSING');
  });

  it('reports 403 as forbidden', async () => {
    expect(await inspect({ forbidden: true })).toMatchObject({ outcome: 'forbidden', issues: [] });
  });

  it('sends the credential of the target and keeps it out of everything it records, even when the server echoes it', async () => {
    const secret = 'tok-5f0c2e9b7a';
    const server = await start({
      auth: { token: secret, challenge: 'rfc9728' },
      instructions: `You sent ${secret}`,
    });
    const target = {
      transport: 'streamable-http',
      url: server.url,
      headers: { authorization: `Bearer ${secret}` },
    } as const;
    const observation = await inspectServer(target, LOOPBACK);
    expect(observation.outcome).toBe('healthy');
    expect(server.requests.every((request) => request.headers.authorization === `Bearer ${secret}`)).toBe(true);
    expect(JSON.stringify(observation)).not.toContain(secret);
    expect(observation.instructions).toBe('You sent [redacted]');
  });

  it('checks unauthenticated access without the credential of the target', async () => {
    const server = await start({ auth: { token: 'right', challenge: 'rfc9728' } });
    const headers = { authorization: 'Bearer right' };
    const access = await checkUnauthenticatedAccess(
      { transport: 'streamable-http', url: server.url, headers },
      LOOPBACK,
    );
    expect(access).toEqual({ refused: true, status: 'auth_required', finding: null });
    expect(server.requests.every((request) => request.headers.authorization === undefined)).toBe(true);
  });

  it('says open when anybody can list the tools, and does not guess when nobody answered', async () => {
    const open = await start();
    const silent = await start(neverAnswering());
    const check = (url: string) =>
      checkUnauthenticatedAccess({ transport: 'streamable-http', url }, { ...LOOPBACK, timeoutMs: 2_000 });
    const finding = { code: 'OPEN_WITHOUT_CREDENTIALS', severity: 'error' };
    expect(await check(open.url)).toMatchObject({ refused: false, status: 'open', finding });
    expect(await check(silent.url)).toEqual({ refused: false, status: 'timeout', finding: null });
  });
});
