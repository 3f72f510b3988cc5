import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { buildContract } from '@rollcall/contract';
import { ToolIndexService } from '@rollcall/discovery';
import { lintTools } from '@rollcall/lint';
import { inspectServer } from '@rollcall/mcp-client';
import { GREET_TOOL, type PersonSeed, type ServerVersionSeed, seed, WIPE_TOOL } from '@rollcall/testing';
import pg from 'pg';
import { type RunningApi, startApi } from '../../test/running-api.js';

type Answer = { isError?: boolean; structuredContent?: Record<string, never>; content: { text: string }[] };
type Caller = {
  call(name: string, args?: Record<string, unknown>): Promise<Answer>;
  client: Client | OldClient;
  close(): Promise<void>;
};

let api: RunningApi;
let pia: PersonSeed;
let otto: PersonSeed;
let refunds: ServerVersionSeed;
let weather: ServerVersionSeed;

const TOOLS = ['can_i', 'get_server', 'get_tool', 'search_servers', 'search_tools'];
const headers = (token: string) => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } });

async function modern(by: PersonSeed): Promise<Caller> {
  const client = new Client({ name: 'spec', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${api.url}/mcp`), headers(await by.token())));
  return {
    client,
    call: (name, args = {}) => client.callTool({ name, arguments: args }) as Promise<Answer>,
    close: () => client.close(),
  };
}

async function legacy(by: PersonSeed): Promise<Caller> {
  const client = new OldClient({ name: 'spec', version: '1' });
  await client.connect(new OldTransport(new URL(`${api.url}/mcp`), headers(await by.token())) as never);
  return {
    client,
    call: (name, args = {}) => client.callTool({ name, arguments: args }) as unknown as Promise<Answer>,
    close: () => client.close(),
  };
}

const ERAS = [
  ['the modern era', modern],
  ['the legacy era, with the client of the former SDK', legacy],
] as const;

beforeAll(async () => {
  api = await startApi();
  const acme = await seed(api).organization('acme');
  pia = await (await acme.team('payments')).maintainer('pia');
  otto = await (await acme.team('support')).maintainer('otto');
  const reviewer = await acme.reviewer('rita');
  refunds = await pia.publishes('com.acme.payments/refunds', '1.0.0');
  weather = await otto.publishes('com.acme.support/weather', '1.0.0');
  await refunds.reaches('active', { owner: pia, reviewer }, { tools: [WIPE_TOOL, GREET_TOOL] });
  await weather.seen();
  await api.get(ToolIndexService).heal();
});
afterAll(() => api?.close());

describe.each(ERAS)('the registry as an MCP server in %s', (_, connect) => {
  let caller: Caller;
  beforeAll(async () => {
    caller = await connect(pia);
  });
  afterAll(() => caller?.close());

  it('lists its tools with schemas for both directions, all read-only', async () => {
    const { tools } = await caller.client.listTools();
    expect(tools.map((tool) => tool.name).sort()).toEqual(TOOLS);
    for (const tool of tools) {
      expect(tool.annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
      expect([tool.inputSchema.type, tool.outputSchema?.type]).toEqual(['object', 'object']);
    }
  });

  it('finds servers, and says why', async () => {
    const { structuredContent } = await caller.call('search_servers', { search: 'wipe' });
    expect(structuredContent).toEqual({
      servers: [
        {
          name: 'com.acme.payments/refunds',
          title: null,
          description: 'The server com.acme.payments/refunds.',
          matched: [{ field: 'tool', tool: 'wipe' }],
        },
      ],
      nextCursor: null,
      error: null,
    });
  });

  it('finds tools, and shows one with its whole definition', async () => {
    const found = await caller.call('search_tools', { search: 'ledger', destructive: true });
    expect(found.structuredContent).toMatchObject({
      tools: [
        { name: 'wipe', server: 'com.acme.payments/refunds', version: '1.0.0', state: 'active', destructive: true },
      ],
    });
    const tool = await caller.call('get_tool', { server: 'com.acme.payments/refunds', tool: 'wipe' });
    expect(tool.structuredContent).toMatchObject({
      tool: { version: '1.0.0', approved: true, definition: { name: 'wipe', inputSchema: WIPE_TOOL.inputSchema } },
      error: null,
    });
  });

  it('shows a server', async () => {
    const { structuredContent } = await caller.call('get_server', { server: 'com.acme.payments/refunds' });
    expect(structuredContent).toMatchObject({
      server: {
        owner: 'payments',
        speaks: '1.0.0',
        versions: [{ version: '1.0.0', state: 'active', latest: true, quarantined: false }],
        tools: [{ name: 'greet' }, { name: 'wipe', destructive: true }],
        moreTools: false,
      },
    });
  });

  it('says whether a version may move, with every guard, and takes no step', async () => {
    const { structuredContent } = await caller.call('can_i', {
      server: 'com.acme.payments/refunds',
      version: '1.0.0',
      step: 'deprecated',
    });
    expect(structuredContent).toMatchObject({ answer: 'no', from: 'active', to: 'deprecated', error: null });
    expect(JSON.stringify(structuredContent)).toContain('successor_declared');
    expect(await refunds.row()).toMatchObject({ state: 'active' });
  });

  it('tells a refusal as an error of the tool, with code and next step', async () => {
    const answer = await caller.call('can_i', { server: 'com.acme.payments/refunds', version: '1.0.0', step: 'draft' });
    expect(answer.isError).toBe(true);
    expect(answer.structuredContent).toMatchObject({
      answer: null,
      guards: [],
      error: { code: 'NO_SUCH_TRANSITION', message: expect.any(String), nextStep: expect.any(String) },
    });
    const cursor = await caller.call('search_servers', { search: 'acme', cursor: 'made-up' });
    expect(cursor.structuredContent).toMatchObject({ error: { code: 'INVALID_CURSOR' } });
  });

  it('lets nothing of other teams exist', async () => {
    const names = JSON.stringify((await caller.call('search_servers', { search: 'weather' })).structuredContent);
    expect(names).not.toContain('com.acme.support');
    expect(
      (await caller.call('search_tools', { search: 'greet', server: weather.name })).structuredContent,
    ).toMatchObject({
      tools: [],
    });
    for (const [tool, args] of [
      ['get_server', { server: weather.name }],
      ['get_tool', { server: weather.name, tool: 'greet' }],
      ['can_i', { server: weather.name, version: '1.0.0', step: 'in_review' }],
    ] as const) {
      const hidden = await caller.call(tool, args);
      const nowhere = await caller.call(tool, { ...args, server: 'com.acme.support/nowhere' });
      expect(hidden.isError).toBe(true);
      expect(hidden.structuredContent).toMatchObject({ error: { code: 'NOT_FOUND' } });
      expect(JSON.stringify(hidden).replaceAll('weather', 'nowhere')).toBe(JSON.stringify(nowhere));
    }
    const { resources } = await caller.client.listResources();
    expect(resources.map((one) => one.uri)).toEqual(['rollcall://servers/com.acme.payments%2Frefunds']);
    const uri = 'rollcall://servers/com.acme.support%2Fweather';
    await expect(caller.client.readResource({ uri })).rejects.toMatchObject({ code: -32_602 });
  });

  it('offers a page per server as a resource', async () => {
    const { resourceTemplates } = await caller.client.listResourceTemplates();
    expect(resourceTemplates.map((one) => one.uriTemplate)).toEqual(['rollcall://servers/{name}']);
    for (const uri of [
      'rollcall://servers/com.acme.payments%2Frefunds',
      'rollcall://servers/com.acme.payments/refunds',
    ]) {
      const { contents } = await caller.client.readResource({ uri });
      const [markdown, json] = contents as { mimeType: string; text: string }[];
      expect(markdown?.text).toContain('- `wipe` (destructive): Deletes every row');
      expect(JSON.parse(json?.text ?? '')).toMatchObject({ name: 'com.acme.payments/refunds', owner: 'payments' });
    }
    for (const uri of [
      'rollcall://servers/',
      'rollcall://servers/%',
      'file:///etc/passwd',
      'rollcall://servers/x%00',
    ]) {
      await expect(caller.client.readResource({ uri })).rejects.toMatchObject({ code: -32_602 });
    }
  });

  it.each([["'; DROP TABLE tools; --"], ['a:* & !b | (('], ['%_\\'], ['.*(a+)+$'], ['\u202eabc'], ['😀'.repeat(50)]])(
    'takes any text to search for: %j',
    async (search) => {
      for (const tool of ['search_servers', 'search_tools']) {
        const answer = await caller.call(tool, { search });
        expect([answer.isError ?? false, answer.structuredContent]).toEqual([
          false,
          expect.objectContaining({ error: null }),
        ]);
      }
    },
  );

  it('refuses arguments beyond its limits without looking at them', async () => {
    for (const args of [{ search: 'x'.repeat(100_000) }, { search: 'x', limit: 1_000 }, { search: 'x', other: 1 }]) {
      const answer = await caller.call('search_tools', args);
      expect(answer.isError).toBe(true);
    }
  });
});

describe('the door of /mcp', () => {
  const discover = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
  const post = (token: string | null, body: unknown, more: Record<string, string> = {}) =>
    api.fetch('/mcp', token, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...more },
      body: JSON.stringify(body),
    });

  it('asks everybody for a token, whatever the method', async () => {
    for (const token of [null, 'rct_wrong', `${await pia.token()}x`]) {
      const response = await post(token, discover);
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringContaining('Bearer'),
      ]);
      expect(await response.text()).not.toContain('search_servers');
    }
    for (const method of ['GET', 'DELETE', 'PUT']) expect((await api.fetch('/mcp', null, { method })).status).toBe(401);
  });

  it('does not answer pages of other origins', async () => {
    expect((await post(await pia.token(), discover, { origin: 'https://evil.example' })).status).toBe(403);
  });

  it('has no sessions to open or to end', async () => {
    const token = await pia.token();
    for (const method of ['GET', 'DELETE']) expect((await api.fetch('/mcp', token, { method })).status).toBe(405);
    const listed = await post(token, discover);
    expect([listed.status, listed.headers.get('mcp-session-id')]).toEqual([200, null]);
    expect(listed.headers.get('cache-control')).toBe('no-store');
    expect(listed.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('refuses text that cannot be stored', async () => {
    const call = { ...discover, method: 'tools/call', params: { name: 'search_tools', arguments: { search: 'a\0b' } } };
    expect((await post(await pia.token(), call)).status).toBe(400);
  });

  it('masks a fault, and logs it once with the request', async () => {
    const broken = await startApi();
    const owner = new pg.Client({ connectionString: broken.databaseUrl });
    try {
      const token = await (await (await seed(broken).organization('acme')).admin('ada')).token();
      await owner.connect();
      await owner.query('DROP FUNCTION found_tools');
      const call = {
        ...discover,
        method: 'tools/call',
        params: { name: 'search_tools', arguments: { search: 'abc' } },
      };
      const response = await broken.fetch('/mcp', token, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify(call),
      });
      const text = await response.text();
      expect(text).toContain('INTERNAL');
      expect(text).not.toContain('found_tools');
      expect(broken.log().match(/mcp call failed/g)).toHaveLength(1);
    } finally {
      await owner.end();
      await broken.close();
    }
  });

  it('keeps callers apart when fifty call at once', async () => {
    const [mine, theirs] = await Promise.all([modern(pia), modern(otto)]);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? mine : theirs).call('search_servers', { search: 'acme' })),
    );
    const names = answers.map(
      ({ structuredContent }) => JSON.stringify(structuredContent).match(/com\.acme\.\w+\/\w+/)?.[0],
    );
    expect(names).toEqual(Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? refunds.name : weather.name)));
    await Promise.all([mine.close(), theirs.close()]);
  });
});

describe('what our own tools say about ours', () => {
  it('is healthy, the same each time, and without an error of lint', async () => {
    const target = {
      transport: 'streamable-http' as const,
      url: `${api.url}/mcp`,
      headers: { authorization: `Bearer ${await pia.token()}` },
    };
    const options = { network: { allowPrivate: ['127.0.0.0/8'] }, clock: api.clock };
    const [first, second] = [await inspectServer(target, options), await inspectServer(target, options)];
    expect(first).toMatchObject({ outcome: 'healthy', era: 'modern', issues: [] });
    if (!first.offer || !second.offer) throw new Error('nothing was offered');
    const { contract, issues } = buildContract(first.offer);
    expect(buildContract(second.offer).contract.digest).toBe(contract.digest);
    expect(contract.members.filter((one) => one.kind === 'tool').map((one) => one.name)).toEqual(TOOLS);
    expect(lintTools(contract, issues).filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it('needs a token to be inspected', async () => {
    const target = { transport: 'streamable-http' as const, url: `${api.url}/mcp` };
    const options = { network: { allowPrivate: ['127.0.0.0/8'] }, clock: api.clock };
    expect(await inspectServer(target, options)).toMatchObject({ outcome: 'auth_required' });
  });
});
