import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { PolicyVersion } from '@rollcall/policy';
import {
  GREET_TOOL,
  type McpServerBehaviour,
  neverAnswering,
  type RunningMcpServer,
  startMcpServer,
  type TestTool,
} from '@rollcall/testing';
import { StdioUpstream } from '../src/upstream/stdio-upstream.js';
import { UPSTREAM_LIMITS } from '../src/upstream/upstream.js';
import { GatewayStage, policyOf, TOKENS, until, versionAt } from './gateway.fixture.js';

const stage = new GatewayStage();
const servers: RunningMcpServer[] = [];

const REGION: TestTool = {
  name: 'in_region',
  inputSchema: {
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
    required: ['region'],
  },
};

async function serverWith(behaviour: McpServerBehaviour): Promise<RunningMcpServer> {
  const server = await startMcpServer(behaviour);
  servers.push(server);
  return server;
}

beforeAll(async () => {
  await stage.open();
  await stage.startGateway();
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

afterAll(() => stage.close());

const requestInit = { headers: { authorization: `Bearer ${TOKENS.reader}` } };

/** Lists and calls through the gateway with one kind of client. */
const CLIENTS = {
  'SDK v1': async () => {
    const client = new OldClient({ name: 'test', version: '1.0.0' });
    await client.connect(new OldTransport(new URL(stage.url), { requestInit }));
    return client;
  },
  'SDK v2 session era': async () => {
    const client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(stage.url), { requestInit }));
    return client;
  },
  'SDK v2 automatic': async () => {
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StreamableHTTPClientTransport(new URL(stage.url), { requestInit }));
    expect(client.getProtocolEra()).toBe('modern');
    return client;
  },
};

const text = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text;

describe('real clients through the gateway', () => {
  for (const speaks of ['modern', 'dual', 'legacy'] as const) {
    for (const [client, connect] of Object.entries(CLIENTS)) {
      it(`${client} lists, calls and is refused in front of a ${speaks} server`, async () => {
        const server = await serverWith({ speaks });
        await stage.publish(policyOf({ '1.0.0': await versionAt(server.url) }, { greet: '1.0.0' }));
        const connected = await connect();
        const { tools } = await connected.listTools();
        expect(tools.map(({ name }) => name)).toEqual(['demo__greet']);
        const result = await connected.callTool({ name: 'demo__greet', arguments: { name: 'Ada' } });
        expect(text(result)).toBe('Hello, Ada!');
        const denied = connected.callTool({ name: 'demo__other', arguments: {} });
        await expect(denied).rejects.toMatchObject({ code: -32602, data: { code: 'TOOL_NOT_ALLOWED' } });
        await connected.close();
      });
    }
  }

  it('mirrors x-mcp-header arguments to a modern server from the body, and refuses a header that lies', async () => {
    const server = await serverWith({ speaks: 'modern', tools: [REGION] });
    await stage.publish(policyOf({ '1.0.0': await versionAt(server.url) }, { in_region: '1.0.0' }));
    const client = await CLIENTS['SDK v2 automatic']();
    await client.listTools();
    await client.callTool({ name: 'demo__in_region', arguments: { region: 'Zürich' } });
    const call = server.requests.find(({ headers }) => headers['mcp-method'] === 'tools/call');
    expect(call?.headers['mcp-name']).toBe('in_region');
    expect(call?.headers['mcp-param-region']).toBe(`=?base64?${Buffer.from('Zürich').toString('base64')}?=`);
    await client.close();
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const params = { name: 'demo__in_region', arguments: { region: 'eu' }, _meta: meta };
    const lie = await stage.post(
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
      {
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'demo__in_region',
        'mcp-param-region': 'us',
      },
    );
    expect([lie.status, lie.json.error.code]).toEqual([400, -32020]);
  });

  it('opens a new session when a session-era server has forgotten the old one', async () => {
    const first = await serverWith({ speaks: 'legacy' });
    const version = await versionAt(first.url);
    await stage.publish(policyOf({ '1.0.0': version }, { greet: '1.0.0' }));
    expect((await stage.call('demo__greet', { name: 'Ada' })).json.result).toBeDefined();
    const sessions = new Set(first.requests.map(({ headers }) => headers['mcp-session-id']).filter(Boolean));
    expect(sessions.size).toBeGreaterThan(0);
    const forgetful = await serverWith({
      speaks: 'legacy',
      scripts: {
        'tools/call': ({ call, id }) =>
          call === 1
            ? { status: 404, headers: { 'content-type': 'application/json' }, body: '{"error":"no session"}' }
            : {
                headers: { 'content-type': 'application/json' },
                body: JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'again' }] } }),
              },
      },
    });
    await stage.publish(policyOf({ '1.0.1': await versionAt(forgetful.url) }, { greet: '1.0.1' }));
    expect(text((await stage.call('demo__greet', { name: 'Ada' })).json.result)).toBe('again');
    const opened = forgetful.requests.filter(({ body }) => JSON.stringify(body).includes('"initialize"'));
    expect(opened.length).toBeGreaterThanOrEqual(3);
  });

  it('says UPSTREAM_TIMEOUT for a server that never answers, and bounds an answer that is too large', async () => {
    const healthy = await serverWith({});
    const version = await versionAt(healthy.url);
    const silent = await serverWith(neverAnswering());
    const huge = 'x'.repeat(1_500_000);
    const flooding = await serverWith({
      tools: [{ ...GREET_TOOL, handler: () => ({ content: [{ type: 'text', text: huge }] }) }],
    });
    const at = (url: string): PolicyVersion => ({ ...version, endpoint: { transport: 'streamable-http', url } });
    const upstream = { timeoutMs: 300, maxResponseBytes: 1_000_000, maxInFlight: 64 };
    await stage.stopGateway();
    await stage.startGateway({ pace: { ...stage.pace, upstream, driftPatienceMs: 50 } });
    await stage.publish(policyOf({ '4.0.0': at(silent.url) }, { greet: '4.0.0' }));
    const late = (await stage.call('demo__greet', { name: 'Ada' })).json.error;
    expect(late.data).toMatchObject({ code: 'UPSTREAM_TIMEOUT', version: '4.0.0' });
    await stage.publish(policyOf({ '4.0.1': at(flooding.url) }, { greet: '4.0.1' }));
    const large = (await stage.call('demo__greet', { name: 'Ada' })).json.error.data;
    expect(large).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', message: expect.stringContaining('too large') });
  });

  it('passes a question of a modern server and its answer through to a modern caller only', async () => {
    const seen: unknown[] = [];
    const server = await serverWith({
      speaks: 'modern',
      scripts: {
        'tools/call': ({ id, params }) => {
          seen.push(params);
          const asks = params['requestState'] === undefined;
          const question = {
            resultType: 'input_required',
            inputRequests: { q: { method: 'elicitation/create', params: {} } },
            requestState: 'opaque',
          };
          const result = asks ? question : { resultType: 'complete', content: [{ type: 'text', text: 'done' }] };
          return {
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ jsonrpc: '2.0', id, result }),
          };
        },
      },
    });
    await stage.publish(policyOf({ '5.0.0': await versionAt(server.url) }, { greet: '5.0.0' }));
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
    };
    const call = (extra: object) =>
      stage.post(
        {
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'demo__greet', arguments: { name: 'A' }, ...extra, _meta: meta },
        },
        { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'demo__greet' },
      );
    expect((await call({})).json.result).toMatchObject({ resultType: 'input_required', requestState: 'opaque' });
    const inputResponses = { q: { action: 'accept', content: {} } };
    expect(text((await call({ requestState: 'opaque', inputResponses })).json.result)).toBe('done');
    expect(seen.at(-1)).toMatchObject({ name: 'greet', requestState: 'opaque', inputResponses });
    const old = (await stage.call('demo__greet', { name: 'A' })).json.result;
    expect(old).toMatchObject({ isError: true });
    expect(seen.at(-1)).toMatchObject({ _meta: { 'io.modelcontextprotocol/clientCapabilities': {} } });
  });
});

describe('local servers', () => {
  const command = process.execPath;
  const args = [createRequire(import.meta.url).resolve('@modelcontextprotocol/server-memory/dist/index.js')];

  it('are started only by the name of a launcher, and called over their standard streams', async () => {
    const file = join(stage.folder, 'launchers.json');
    const env = { MEMORY_FILE_PATH: join(stage.folder, 'memory.json') };
    await writeFile(file, JSON.stringify({ memory: { command, args, env } }));
    const probe = new StdioUpstream({ command, args, env }, UPSTREAM_LIMITS);
    const listed = await probe.ask('tools/list', {});
    await probe.close();
    expect(listed.kind).toBe('result');
    const { buildContract } = await import('@rollcall/contract');
    const raw = listed.kind === 'result' && Array.isArray(listed.result['tools']) ? listed.result['tools'] : [];
    const { members } = buildContract({ tools: raw }).contract;
    const tools = Object.fromEntries(
      members.map(({ name, digest, definition }) => [name, { digest, definition, approval: 'none' as const }]),
    );
    const version = await versionAt('', { tools, endpoint: { transport: 'stdio', launcher: 'memory' } });
    await stage.stopGateway();
    await stage.startGateway({ stdioLaunchersFile: file });
    await stage.publish(policyOf({ '6.0.0': version }, { read_graph: '6.0.0' }));
    const answer = await stage.call('demo__read_graph');
    expect(answer.json.result.structuredContent).toEqual({ entities: [], relations: [] });
  });

  it('are started again after they ended', async () => {
    const dying = "process.stdin.once('data', () => process.exit(1))";
    const upstream = new StdioUpstream({ command, args: ['-e', dying], env: {} }, UPSTREAM_LIMITS);
    const first = await upstream.ask('tools/list', {});
    expect(first).toMatchObject({ kind: 'failed', code: 'UPSTREAM_UNAVAILABLE' });
    expect(await upstream.ask('tools/list', {})).toMatchObject({
      message: expect.stringContaining('started again shortly'),
    });
    await until('the next start is allowed', async () => {
      const reply = await upstream.ask('tools/list', {});
      return reply.kind === 'failed' && !reply.message.includes('shortly');
    });
    await upstream.close();
  });
});
