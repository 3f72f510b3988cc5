import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@rollcall/kernel';
import {
  failingList,
  type HttpHost,
  jsonAnswer,
  type McpServerBehaviour,
  type RawHandler,
  type RunningMcpServer,
  startMcpServer,
  startRawHttpServer,
} from '@rollcall/testing';
import { inspectServer } from './inspect-server.js';
import type { EraVerdict, InspectionOptions, Observation } from './inspection.js';
import { launchFactsOf, secretsOf } from './launch-facts.js';
import { checkUnauthenticatedAccess } from './unauthenticated-access.js';

const OPTIONS: InspectionOptions = { network: { allowPrivate: ['127.0.0.0/8'] }, clock: systemClock() };

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function start(behaviour: McpServerBehaviour = {}): Promise<RunningMcpServer> {
  const server = await startMcpServer(behaviour);
  running.push(server);
  return server;
}

async function startRaw(handle: RawHandler): Promise<HttpHost> {
  const server = await startRawHttpServer(handle);
  running.push(server);
  return server;
}

const look = (url: string, options: Partial<InspectionOptions> = {}) =>
  inspectServer({ transport: 'streamable-http', url }, { ...OPTIONS, ...options });
const codes = ({ issues }: Observation) => issues.map((issue) => issue.code);
const asked = (server: RunningMcpServer) =>
  server.requests.map((request) => (request.body as { method?: string } | null)?.method ?? request.method);

describe('the era verdict', () => {
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const legacy = (hours: number): EraVerdict => ({ era: 'legacy', checkedAt: hoursAgo(hours) });

  it('is dated when it was found by asking', async () => {
    const server = await start({ speaks: 'modern' });
    const seen = await look(server.url);
    expect(seen.eraVerdict).toEqual({ era: 'modern', checkedAt: seen.startedAt });
  });

  it('of a legacy server spares it the question of the modern era, and keeps its date', async () => {
    const server = await start({ speaks: 'legacy' });
    const prior = legacy(1);
    const seen = await look(server.url, { prior });
    expect(seen).toMatchObject({ outcome: 'healthy', era: 'legacy', eraVerdict: prior });
    expect(asked(server)).not.toContain('server/discover');
  });

  it.each([
    ['is older than a day', legacy(25)],
    ['is dated in the future', legacy(-1)],
    ['has no date', { era: 'legacy', checkedAt: 'yesterday' } as EraVerdict],
  ])('is not believed when it %s: an upgraded server would answer the old way for ever', async (_title, prior) => {
    const server = await start({ speaks: 'dual' });
    const seen = await look(server.url, { prior });
    expect(seen).toMatchObject({ outcome: 'healthy', era: 'modern', eraVerdict: { checkedAt: seen.startedAt } });
  });

  it('that fails is forgotten within the same inspection, whichever way the server changed', async () => {
    const upgraded = await start({ speaks: 'modern' });
    const downgraded = await start({ speaks: 'legacy' });
    const seen = [
      await look(upgraded.url, { prior: legacy(1) }),
      await look(downgraded.url, { prior: { era: 'modern', checkedAt: hoursAgo(1) } }),
    ];
    expect(seen.map(({ outcome, era }) => [outcome, era])).toEqual([
      ['healthy', 'modern'],
      ['healthy', 'legacy'],
    ]);
    expect(seen.map(({ eraVerdict }) => eraVerdict?.checkedAt)).toEqual(seen.map(({ startedAt }) => startedAt));
  });

  it('is not asked anew because of a 401 or a 500, which say nothing about it', async () => {
    const server = await start({ auth: { token: 'right', challenge: 'none' } });
    const failing = await startRaw((_request, response) => {
      response.writeHead(503).end();
    });
    const seen = [
      await look(server.url, { prior: legacy(1) }),
      await look(`${failing.origin}/mcp`, { prior: legacy(1) }),
    ];
    expect(seen.map(({ outcome }) => outcome)).toEqual(['auth_required', 'unreachable']);
    expect([
      ...asked(server),
      ...failing.requests.map(({ body }) => (body as { method: string }).method),
    ]).not.toContain('server/discover');
    expect(seen.map(({ eraVerdict }) => eraVerdict)).toEqual([null, null]);
  });
});

describe('protected resource metadata', () => {
  type Site = { challenge?: string; documents: Record<string, unknown> };

  /** Answers every POST with 401; `{origin}` in challenge and documents is its own origin. */
  async function site({ challenge, documents }: Site, path = '/mcp') {
    const own = (text: string, host: unknown) => text.replaceAll('{origin}', `http://${String(host)}`);
    const server = await startRaw((request, response) => {
      const document = documents[request.path];
      const { host } = request.headers;
      if (request.method === 'POST') {
        response.writeHead(401, challenge === undefined ? {} : { 'www-authenticate': own(challenge, host) }).end();
      } else if (document === undefined) response.writeHead(404).end();
      else response.writeHead(200).end(own(typeof document === 'string' ? document : JSON.stringify(document), host));
    });
    const seen = await look(`${server.origin}${path}`);
    const places = server.requests.filter(({ method }) => method === 'GET').map((request) => request.path);
    return { seen, places, server };
  }

  const PATH_FIRST = '/.well-known/oauth-protected-resource/mcp';
  const ROOT = '/.well-known/oauth-protected-resource';
  const good = { resource: '{origin}/mcp', authorization_servers: ['https://auth.example.com'] };

  it('is looked for where the challenge says, and nowhere else when it is there', async () => {
    const challenge = 'Bearer realm="x", resource_metadata="{origin}/meta", scope="tools"';
    const { seen, places } = await site({ challenge, documents: { '/meta': good } });
    expect(seen.authentication).toMatchObject({ required: true, resourceMetadata: 'valid' });
    expect(places).toEqual(['/meta']);
    expect(seen.outcome).toBe('auth_required');
  });

  it('is looked for under the path first and at the root last', async () => {
    const underPath = await site({ documents: { [PATH_FIRST]: good } });
    const atRoot = await site({ documents: { [ROOT]: { ...good, resource: '{origin}' } } });
    const nowhere = await site({ documents: {} });
    const verdicts = [underPath, atRoot, nowhere].map(({ seen }) => seen.authentication?.resourceMetadata);
    expect(verdicts).toEqual(['valid', 'valid', 'missing']);
    expect(atRoot.places).toEqual([PATH_FIRST, ROOT]);
    expect(codes(underPath.seen)).toContain('CHALLENGE_MISSING');
    expect(codes(nowhere.seen)).toContain('RESOURCE_METADATA_MISSING');
  });

  it.each<[string, unknown]>([
    ['is not JSON', '<html>'],
    ['is not an object', [good]],
    [
      'names one thing twice',
      '{"resource":"{origin}/mcp","resource":"{origin}/mcp","authorization_servers":["https://a.example"]}',
    ],
    ['is about another origin', { ...good, resource: 'https://elsewhere.example/mcp' }],
    ['is about another path', { ...good, resource: '{origin}/other' }],
    ['is about a path that only begins alike', { ...good, resource: '{origin}/m' }],
    ['names no resource', { authorization_servers: good.authorization_servers }],
    ['names no authorization server', { ...good, authorization_servers: [] }],
    ['names one without TLS', { ...good, authorization_servers: ['http://auth.example.com'] }],
    ['is larger than anybody reads', { ...good, filler: 'x'.repeat(70_000) }],
  ])('is invalid when it %s', async (_title, document) => {
    const { seen, places } = await site({ documents: { [PATH_FIRST]: document, [ROOT]: good } });
    expect(seen.authentication?.resourceMetadata).toBe('invalid');
    expect(codes(seen)).toContain('RESOURCE_METADATA_INVALID');
    expect(places).toEqual([PATH_FIRST]);
  });

  it('never leads to another host of a private network, and carries no credential', async () => {
    const inside = await startRaw((_request, response) => {
      response.writeHead(200).end('{}');
    });
    const challenge = `Bearer resource_metadata="${inside.origin}/admin"`;
    const { seen } = await site({ challenge, documents: {} });
    expect(seen.authentication?.resourceMetadata).toBe('invalid');
    expect(inside.requests).toEqual([]);
    const server = await start({ auth: { token: 'right', challenge: 'rfc9728' } });
    const headers = { authorization: 'Bearer wrong-token' };
    await inspectServer({ transport: 'streamable-http', url: server.url, headers }, OPTIONS);
    const [fetched] = server.requests.filter(({ path }) => path.startsWith('/.well-known'));
    expect(fetched?.headers).toMatchObject({ 'user-agent': expect.stringMatching(/^rollcall-inspector\//) });
    expect(fetched?.headers.authorization).toBeUndefined();
  });

  it.each(['file:///etc/passwd', 'not a url', 'gopher://127.0.0.1/'])('is invalid at %s', async (place) => {
    const { seen, places } = await site({
      challenge: `Bearer resource_metadata="${place}"`,
      documents: { [ROOT]: good },
    });
    expect(seen.authentication?.resourceMetadata).toBe('invalid');
    expect(places).toEqual([]);
  });
});

describe('freshness', () => {
  const page =
    (ttls: [number, string][]): NonNullable<McpServerBehaviour['scripts']>[string] =>
    ({ id, call }) => {
      const [ttlMs, cacheScope] = ttls[call - 1] ?? [0, 'private'];
      return jsonAnswer(id, {
        tools: [],
        ttlMs,
        cacheScope,
        ...(call < ttls.length ? { nextCursor: `p${call}` } : {}),
      });
    };

  it('of a list is that of its page that ages first and of its most private one', async () => {
    const ttls: [number, string][] = [
      [60_000, 'public'],
      [5_000, 'private'],
    ];
    const server = await start({ speaks: 'modern', scripts: { 'tools/list': page(ttls) }, prompts: [{ name: 'p' }] });
    const seen = await look(server.url);
    expect(seen.freshness[0]).toEqual({ list: 'tools', ttlMs: 5_000, cacheScope: 'private' });
    expect(seen.freshness.map(({ list }) => list)).toEqual(['tools', 'prompts']);
  });

  it('is not told by a legacy server', async () => {
    const server = await start({ speaks: 'legacy' });
    expect((await look(server.url)).freshness).toEqual([]);
  });
});

describe('how a server was reached', () => {
  it('is told without any secret', () => {
    const args = ['--api-key', 'k-123456', '--token=t-123456', 'DB_PASSWORD=p-123456', '--caps=vision', '--', 'run'];
    const target = { transport: 'stdio', command: 'npx', args: [...args, 'postgres://me:u-123456@db/x'] } as const;
    const facts = launchFactsOf({ ...target, args: [...target.args] });
    expect(facts).toEqual({
      transport: 'stdio',
      command: 'npx',
      args: [
        '--api-key',
        '[redacted]',
        '--token=[redacted]',
        'DB_PASSWORD=[redacted]',
        '--caps=vision',
        '--',
        'run',
        'postgres://me:[redacted]@db/x',
      ],
      credential: 'environment',
    });
    expect(secretsOf({ ...target, args: [...target.args] })).toHaveLength(4);
  });

  it.each([
    [{ transport: 'streamable-http', url: 'https://x.example' } as const, 'none'],
    [{ transport: 'sse', url: 'https://x.example', headers: { authorization: 'Bearer x' } } as const, 'header'],
    [
      { transport: 'stdio', command: 'x', args: [], env: { MODE: 'fast' } } as {
        transport: 'stdio';
        command: string;
        args: string[];
      },
      'none',
    ],
    [
      { transport: 'stdio', command: 'x', args: [], env: { API_KEY: 'abc' } } as {
        transport: 'stdio';
        command: string;
        args: string[];
      },
      'environment',
    ],
  ])('names the class of the credential: %j', (target, credential) => {
    expect(launchFactsOf(target).credential).toBe(credential);
  });
});

describe('access without credentials', () => {
  it('is answered by an observation that presented none, without a second visit', async () => {
    const server = await start();
    const target = { transport: 'streamable-http', url: server.url } as const;
    const seen = await inspectServer(target, OPTIONS);
    const visits = server.requests.length;
    const access = await checkUnauthenticatedAccess(target, OPTIONS, seen);
    expect(access).toMatchObject({ refused: false, status: 'open', finding: { severity: 'error' } });
    expect(server.requests).toHaveLength(visits);
  });

  it('is not answered by one that presented a credential', async () => {
    const server = await start({ auth: { token: 'right', challenge: 'none' } });
    const target = {
      transport: 'streamable-http',
      url: server.url,
      headers: { authorization: 'Bearer right' },
    } as const;
    const seen = await inspectServer(target, OPTIONS);
    expect(seen.outcome).toBe('healthy');
    expect(await checkUnauthenticatedAccess(target, OPTIONS, seen)).toMatchObject({ refused: true, finding: null });
  });

  it('is undecided, and no finding, when the lists cannot be read', async () => {
    const server = await start(failingList());
    const access = await checkUnauthenticatedAccess({ transport: 'streamable-http', url: server.url }, OPTIONS);
    expect(access).toEqual({ refused: false, status: 'degraded', finding: null });
  });

  it.each([
    { transport: 'stdio', command: 'x', args: [] } as { transport: 'stdio'; command: string; args: string[] },
    { transport: 'unix', socketPath: '/run/x.sock' } as const,
  ])('does not apply to what listens on no network: %j', async (target) => {
    expect(await checkUnauthenticatedAccess(target, OPTIONS)).toMatchObject({
      status: 'not_applicable',
      finding: null,
    });
  });
});
