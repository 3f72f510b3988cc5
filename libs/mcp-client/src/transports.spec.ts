import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@rollcall/kernel';
import {
  certificateAuthority,
  type LegacyRevision,
  type Listening,
  type McpServerBehaviour,
  REVISION_SERVERS,
  type RunningMcpServer,
  startMcpServer,
  startRawHttpServer,
  startWebSocketServer,
  type WebSocketBehaviour,
} from '@rollcall/testing';
import { inspectServer } from './inspect-server.js';
import type { InspectionOptions, InspectionTarget } from './inspection.js';
import { USER_AGENT } from './inspector-identity.js';

const OPTIONS: InspectionOptions = {
  network: { allowPrivate: ['127.0.0.0/8', '::1/128'] },
  clock: systemClock(),
  timeoutMs: 10_000,
};
const SECRET = 'tok-5f0c2e9b7a';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(endings.splice(0).map((end) => end()));
});

async function start(behaviour: McpServerBehaviour, listening: Listening = {}): Promise<RunningMcpServer> {
  const server = await startMcpServer(behaviour, listening);
  endings.push(server.close);
  return server;
}

async function startSocket(behaviour: WebSocketBehaviour = {}) {
  const server = await startWebSocketServer(behaviour);
  endings.push(server.close);
  return server;
}

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-unix-'));
  endings.push(() => rm(folder, { recursive: true }));
  return folder;
}

const look = (target: InspectionTarget, options: Partial<InspectionOptions> = {}) =>
  inspectServer(target, { ...OPTIONS, ...options });

describe('every released revision', () => {
  it.each(Object.keys(REVISION_SERVERS) as (LegacyRevision | '2026-07-28')[])(
    'reads a server that speaks only %s',
    async (revision) => {
      const server = await start({ ...REVISION_SERVERS[revision], instructions: 'Hello.' });
      const seen = await look({ transport: 'streamable-http', url: server.url });
      expect(seen).toMatchObject({
        outcome: 'healthy',
        protocolVersion: revision,
        era: revision === '2026-07-28' ? 'modern' : 'legacy',
        transport: revision === '2024-11-05' ? 'sse' : 'streamable-http',
        instructions: 'Hello.',
        issues: [],
      });
      expect(seen.offer?.tools).toHaveLength(1);
    },
  );

  it('says who connects, with every request', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(USER_AGENT).toBe(`rollcall-inspector/${version}`);
    const servers = [await start(REVISION_SERVERS['2025-06-18']), await start({ speaks: 'legacy-sse' })];
    for (const { url } of servers) await look({ transport: 'streamable-http', url });
    const socket = await startSocket();
    await look({ transport: 'websocket', url: socket.url });
    const requests = [...servers.flatMap((server) => server.requests), ...socket.upgrades];
    expect(requests.length).toBeGreaterThan(6);
    expect(new Set(requests.map((request) => request.headers['user-agent']))).toEqual(new Set([USER_AGENT]));
  });
});

describe('HTTP+SSE', () => {
  it('carries the credential on the stream and on every message', async () => {
    const server = await start({ speaks: 'legacy-sse', auth: { token: SECRET, challenge: 'none' } });
    const headers = { authorization: `Bearer ${SECRET}` };
    const seen = await look({ transport: 'sse', url: server.url, headers });
    expect(seen).toMatchObject({ outcome: 'healthy', launch: { transport: 'sse', credential: 'header' } });
    expect(new Set(server.requests.map((request) => request.headers.authorization))).toEqual(
      new Set([headers.authorization]),
    );
    expect(JSON.stringify(seen)).not.toContain(SECRET);
  });

  it('never sends it to another origin that the stream names', async () => {
    const other = await startRawHttpServer((_request, response) => {
      response.writeHead(202).end();
    });
    const server = await startRawHttpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`event: endpoint\ndata: ${other.origin}/steal\n\n`);
    });
    endings.push(other.close, server.close);
    const headers = { authorization: `Bearer ${SECRET}` };
    const seen = await look({ transport: 'sse', url: `${server.origin}/sse`, headers }, { timeoutMs: 2_000 });
    expect(seen.offer).toBeNull();
    expect(other.requests).toEqual([]);
  });
});

describe('WebSocket', () => {
  it.each([
    ['modern', '2026-07-28'],
    ['dual', '2026-07-28'],
    ['legacy', '2025-11-25'],
  ] as const)('reads a %s server', async (speaks, protocolVersion) => {
    const server = await startSocket({ speaks, prompts: [{ name: 'hello' }] });
    const seen = await look({ transport: 'websocket', url: server.url });
    expect(seen).toMatchObject({ outcome: 'healthy', transport: 'websocket', protocolVersion, issues: [] });
    expect(seen.offer).toMatchObject({ tools: [{ name: 'greet' }], prompts: [{ name: 'hello' }] });
  });

  it('reads a legacy server, and asks it to initialize at once when it is remembered as one', async () => {
    const server = await startSocket();
    const prior = { era: 'legacy', checkedAt: new Date().toISOString() } as const;
    const seen = await look({ transport: 'websocket', url: server.url }, { prior });
    expect(seen).toMatchObject({ outcome: 'healthy', era: 'legacy', protocolVersion: '2025-11-25', eraVerdict: prior });
  });

  it('presents the credential at the upgrade, and sends no Origin', async () => {
    const server = await startSocket({ auth: { token: SECRET, challenge: 'none' } });
    const headers = { authorization: `Bearer ${SECRET}` };
    const seen = [
      await look({ transport: 'websocket', url: server.url, headers }),
      await look({ transport: 'websocket', url: server.url }),
    ];
    expect(seen.map(({ outcome }) => outcome)).toEqual(['healthy', 'auth_required']);
    expect(seen[1]?.authentication).toMatchObject({ required: true, resourceMetadata: 'missing' });
    expect(server.upgrades.every((upgrade) => upgrade.headers.origin === undefined)).toBe(true);
    expect(JSON.stringify(seen)).not.toContain(SECRET);
  });

  it('reports what the upgrade was answered with', async () => {
    const forbidden = await startSocket({ forbidden: true });
    const none = await startRawHttpServer((_request, response) => {
      response.writeHead(404).end();
    });
    const away = await startRawHttpServer(() => undefined);
    away.server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\n\r\n');
    });
    endings.push(none.close, away.close);
    const urls = [forbidden.url, none.origin.replace('http', 'ws'), away.origin.replace('http', 'ws')];
    const seen = await Promise.all(urls.map((url) => look({ transport: 'websocket', url })));
    expect(seen.map(({ outcome }) => outcome)).toEqual(['forbidden', 'unreachable', 'refused_by_policy']);
  });

  it.each([
    'ws://169.254.169.254/',
    'ws://127.0.0.1:1/',
    'ws://localhost:1/',
    'http://127.0.0.1:1/',
    'wss://user:secret@example.com/',
  ])('refuses %s without dialling when only public addresses are allowed', async (url) => {
    const seen = await look({ transport: 'websocket', url }, { network: { allowPrivate: [] } });
    expect(seen).toMatchObject({ outcome: 'refused_by_policy', offer: null });
  });

  it('tells a closed port from a name that does not exist', async () => {
    const resolve = async () => {
      throw Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' });
    };
    const seen = [
      await look({ transport: 'websocket', url: 'ws://127.0.0.1:1/mcp' }),
      await look({ transport: 'websocket', url: 'ws://nowhere.invalid/' }, { resolve }),
    ];
    expect(seen.map(({ outcome }) => outcome)).toEqual(['unreachable', 'dns']);
  });
});

describe('a Unix socket', () => {
  it.each(['modern', 'legacy'] as const)('reads a %s server behind it', async (speaks) => {
    const socketPath = join(await freshFolder(), 's.sock');
    await start({ speaks, auth: { token: SECRET, challenge: 'none' } }, { socketPath });
    const headers = { authorization: `Bearer ${SECRET}` };
    const target = { transport: 'unix', socketPath, headers } as const;
    const seen = await look(target, { allowUnixSockets: true, network: { allowPrivate: [] } });
    expect(seen).toMatchObject({ outcome: 'healthy', transport: 'unix', era: speaks, issues: [] });
    expect(seen.launch).toEqual({ transport: 'unix', credential: 'header' });
  });

  it('is not dialled without consent', async () => {
    const socketPath = join(await freshFolder(), 's.sock');
    const server = await start({}, { socketPath });
    const seen = await look({ transport: 'unix', socketPath });
    expect(seen).toMatchObject({ outcome: 'refused_by_policy', offer: null });
    expect(server.requests).toEqual([]);
  });

  it.each(['relative.sock', '/tmp/\0x', `/${'x'.repeat(108)}`, ''])(
    'is an absolute path and not %j',
    async (socketPath) => {
      const seen = await look({ transport: 'unix', socketPath }, { allowUnixSockets: true });
      expect(seen.outcome).toBe('refused_by_policy');
    },
  );

  it('is unreachable when nobody listens', async () => {
    const socketPath = join(await freshFolder(), 'nobody.sock');
    const seen = await look({ transport: 'unix', socketPath }, { allowUnixSockets: true });
    expect(seen.outcome).toBe('unreachable');
  });
});

describe('TLS', () => {
  const authority = certificateAuthority();

  it('tells when the certificate runs out', async () => {
    const server = await start({}, { tls: authority.issue(['localhost']) });
    const target = { transport: 'streamable-http', url: server.url } as const;
    const seen = await look(target, { ca: authority.ca });
    expect(seen).toMatchObject({ outcome: 'healthy', tls: { expiresAt: '2120-01-01T00:00:00.000Z' } });
  });

  it.each([
    ['an unknown authority', ['localhost'], undefined],
    ['another name', ['other.test'], authority.ca],
  ])('fails for %s, and tells when the certificate runs out all the same', async (_title, names, ca) => {
    const server = await start({}, { tls: authority.issue(names) });
    const seen = await look({ transport: 'streamable-http', url: server.url }, ca === undefined ? {} : { ca });
    expect(seen).toMatchObject({ outcome: 'tls', offer: null, tls: { expiresAt: '2120-01-01T00:00:00.000Z' } });
    const socket = { transport: 'websocket', url: server.url.replace('https', 'wss') } as const;
    expect(await look(socket, ca === undefined ? {} : { ca })).toMatchObject({ outcome: 'tls', tls: seen.tls });
  });

  it('has no certificate to tell of without it', async () => {
    const server = await start({});
    expect((await look({ transport: 'streamable-http', url: server.url })).tls).toBeNull();
  });
});
