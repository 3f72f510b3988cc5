import { afterEach, describe, expect, it } from '@jest/globals';
import { buildContract } from '@rollcall/contract';
import { systemClock } from '@rollcall/kernel';
import {
  deepSchema,
  HOSTILE_SERVERS,
  type HostileServerName,
  jsonAnswer,
  type RunningMcpServer,
  type Script,
  startMcpServer,
  startRebindingServer,
  startWebSocketServer,
  type WebSocketMischief,
} from '@rollcall/testing';
import { inspectServer } from './inspect-server.js';
import type { InspectionOptions, InspectionOutcome, Observation } from './inspection.js';

const LIMITS = { timeoutMs: 10_000, maxFrameBytes: 300_000, maxTotalBytes: 600_000, maxPages: 5 };
const OPTIONS: InspectionOptions = {
  network: { allowPrivate: ['127.0.0.0/8'] },
  clock: systemClock(),
  ...LIMITS,
};
/** The most one read of a socket or of a decompressor may hand over at once. */
const CHUNK = 262_144;

/** What each of them comes to, and a word of its explanation. */
const EXPECTED: Record<HostileServerName, [InspectionOutcome, issue: string | null]> = {
  'slow drip': ['timeout', null],
  'never answering': ['timeout', null],
  'endless pages': ['protocol_violation', 'TOO_MANY_PAGES'],
  'repeating page': ['protocol_violation', 'CURSOR_REPEATED'],
  'giant document': ['protocol_violation', null],
  'giant event': ['protocol_violation', null],
  'endless events': ['protocol_violation', null],
  'endless comments': ['protocol_violation', null],
  'endless questions': ['protocol_violation', null],
  'endless resumption': ['protocol_violation', null],
  'countless members': ['protocol_violation', null],
  'countless properties': ['protocol_violation', null],
  'gzip bomb': ['protocol_violation', null],
  'header flood': ['protocol_violation', null],
  'deep schema': ['protocol_violation', 'TOO_DEEP'],
  'recursive schemas': ['healthy', null],
  'catastrophic patterns': ['healthy', null],
  'malformed list': ['protocol_violation', 'MALFORMED_LIST'],
  'redirect to link-local': ['refused_by_policy', null],
  'JSON called an image': ['protocol_violation', null],
  'JSON called events': ['protocol_violation', null],
  'a page called JSON': ['protocol_violation', null],
  'unknown version': ['protocol_violation', null],
  'shape shifter': ['healthy', null],
  'failing list': ['degraded', null],
  'duplicate keys': ['protocol_violation', 'DUPLICATE_KEY'],
  'wrong id': ['protocol_violation', 'UNKNOWN_ID'],
  'repeated answers': ['protocol_violation', 'DUPLICATE_ANSWER'],
};

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** Who is silent is given up soon; everybody else is ended by another limit, however slow this machine is. */
const patience = (outcome: InspectionOutcome) => ({ timeoutMs: outcome === 'timeout' ? 600 : LIMITS.timeoutMs });

const codes = ({ issues }: Observation) => issues.map((issue) => issue.code);

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!holds() && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
  expect(holds()).toBe(true);
}

/** The bounds that hold whatever a server does, and that the same process goes on as if nothing had been. */
async function survived(seen: Observation, server: { openSockets(): number }): Promise<void> {
  expect(seen.receivedBytes).toBeLessThanOrEqual(LIMITS.maxTotalBytes + CHUNK);
  expect(seen.frames.reduce((sum, frame) => sum + frame.text.length, 0)).toBeLessThanOrEqual(2 * LIMITS.maxTotalBytes);
  await until(() => server.openSockets() === 0);
  const good = await startMcpServer();
  const after = await inspectServer({ transport: 'streamable-http', url: good.url }, OPTIONS);
  await good.close();
  expect(after).toMatchObject({ outcome: 'healthy', issues: [] });
}

const handles = () => process.getActiveResourcesInfo().filter((name) => /TCP|Pipe|TLS|UDP|Process/.test(name)).length;

describe('a hostile server', () => {
  it.each(Object.entries(EXPECTED))('%s', async (name, [outcome, issue]) => {
    const before = handles();
    const server: RunningMcpServer = await startMcpServer(HOSTILE_SERVERS[name as HostileServerName]);
    running.push(server);
    const target = { transport: 'streamable-http', url: server.url } as const;
    const seen = await inspectServer(target, { ...OPTIONS, ...patience(outcome) });
    expect(seen.outcome).toBe(outcome);
    if (issue !== null) expect(codes(seen)).toContain(issue);
    if (outcome === 'timeout') expect(seen.offer).toBeNull();
    await survived(seen, server);
    expect(server.requests.length).toBeLessThan(12);
    await server.close();
    await until(() => handles() <= before);
  });
});

describe('what a hostile server offers', () => {
  const inspect = async (name: HostileServerName, options: Partial<InspectionOptions> = {}) => {
    const server = await startMcpServer(HOSTILE_SERVERS[name]);
    running.push(server);
    return inspectServer({ transport: 'streamable-http', url: server.url }, { ...OPTIONS, ...options });
  };

  it('is not offered at all when it is nested deeper than a contract can hold, however much may be read', async () => {
    const server = await startMcpServer(deepSchema(1_000_000));
    running.push(server);
    const roomy = { maxFrameBytes: 20_000_000, maxTotalBytes: 50_000_000, maxFrameValues: 2_000_000 };
    const seen = await inspectServer({ transport: 'streamable-http', url: server.url }, { ...OPTIONS, ...roomy });
    expect(seen).toMatchObject({ outcome: 'protocol_violation', offer: null });
    expect(codes(seen)).toContain('TOO_DEEP');
    expect(() => JSON.stringify(seen)).not.toThrow();
  });

  it.each(['countless members', 'countless properties'] as const)(
    'is refused before anybody judges its values one by one: %s',
    async (name) => {
      const roomy = { maxFrameBytes: 30_000_000, maxTotalBytes: 50_000_000 };
      const seen = await inspect(name, roomy);
      expect(seen).toMatchObject({ outcome: 'protocol_violation', offer: null });
      expect(seen.detail).toContain('100000 JSON values');
    },
  );

  it('is not fetched again and again because the old transport says so', async () => {
    const stream: Script = () => ({ headers: { 'content-type': 'text/event-stream' }, body: 'retry: 1\n\n' });
    const server = await startMcpServer({ scripts: { GET: stream } });
    running.push(server);
    const seen = await inspectServer({ transport: 'sse', url: server.url }, OPTIONS);
    expect(seen).toMatchObject({ outcome: 'protocol_violation', offer: null });
    expect(server.requests.length).toBeLessThan(8);
  });

  it('is bounded in values over all its pages', async () => {
    const members = Array.from({ length: 800 }, () => 0);
    const page: Script = ({ id, call }) => jsonAnswer(id, { tools: members, nextCursor: `p${call}` });
    const server = await startMcpServer({ scripts: { 'tools/list': page } });
    running.push(server);
    const target = { transport: 'streamable-http', url: server.url } as const;
    const seen = await inspectServer(target, { ...OPTIONS, maxFrameValues: 1_000, maxPages: 100 });
    expect(seen.detail).toContain('5000 JSON values');
    expect(server.requests.length).toBeLessThan(12);
  });

  it.each(['recursive schemas', 'catastrophic patterns'] as const)('becomes a contract: %s', async (name) => {
    const { offer } = await inspect(name);
    const { contract } = buildContract(offer ?? { tools: [] });
    expect(offer?.tools.length).toBeGreaterThan(0);
    expect(contract.digest).toMatch(/^sha256:/);
  });

  it('is another contract each time when the list changes at every call', async () => {
    const server = await startMcpServer(HOSTILE_SERVERS['shape shifter']);
    running.push(server);
    const target = { transport: 'streamable-http', url: server.url } as const;
    const seen = [await inspectServer(target, OPTIONS), await inspectServer(target, OPTIONS)];
    const digests = seen.map(({ offer }) => buildContract(offer ?? { tools: [] }).contract.digest);
    expect(new Set(digests).size).toBe(2);
  });
});

describe('a name that leads somewhere else at the next question', () => {
  it.each([
    ['the address that was judged is the one that is dialled', ['127.0.0.1', '169.254.169.254'], 'healthy'],
    ['a link-local address is not dialled', ['169.254.169.254', '127.0.0.1'], 'refused_by_policy'],
  ])('%s', async (_title, addresses, outcome) => {
    const server = await startRebindingServer(addresses);
    running.push(server);
    const target = { transport: 'streamable-http', url: server.url } as const;
    const seen = await inspectServer(target, { ...OPTIONS, resolve: server.resolve });
    expect(seen.outcome).toBe(outcome);
    expect(server.questions).toEqual(['A rebinding.test']);
    await survived(seen, server);
  });

  it('is given up when its name server never answers', async () => {
    const silent = { ...OPTIONS, timeoutMs: 300, resolve: () => new Promise<string[]>(() => undefined) };
    const http = await inspectServer({ transport: 'streamable-http', url: 'http://silent.test/' }, silent);
    const socket = await inspectServer({ transport: 'websocket', url: 'ws://silent.test/' }, silent);
    expect([http.outcome, socket.outcome]).toEqual(['timeout', 'timeout']);
  });

  it('holds for a WebSocket as well', async () => {
    const server = await startWebSocketServer();
    running.push(server);
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    const target = { transport: 'websocket', url: server.url.replace('127.0.0.1', 'rebinding.test') } as const;
    const seen = await inspectServer(target, { ...OPTIONS, resolve: async () => answers.shift() ?? [] });
    expect([seen.outcome, answers.length]).toEqual(['healthy', 1]);
  });
});

describe('a hostile WebSocket', () => {
  const EXPECTED_MISCHIEF: Record<WebSocketMischief, [InspectionOutcome, detail: string]> = {
    'giant-frame': ['protocol_violation', '300000 bytes'],
    'endless-fragments': ['protocol_violation', '300000 bytes'],
    'ping-flood': ['protocol_violation', 'control frames'],
    binary: ['protocol_violation', 'binary'],
    'hang-up': ['unreachable', 'code 1011'],
    silence: ['timeout', '600 ms'],
  };

  it.each(Object.entries(EXPECTED_MISCHIEF))('%s', async (name, [outcome, detail]) => {
    const before = handles();
    const server = await startWebSocketServer({ mischief: name as WebSocketMischief });
    running.push(server);
    const target = { transport: 'websocket', url: server.url } as const;
    const seen = await inspectServer(target, { ...OPTIONS, ...patience(outcome) });
    expect(seen).toMatchObject({ outcome, offer: null, detail: expect.stringContaining(detail) });
    await survived(seen, server);
    await server.close();
    await until(() => handles() <= before);
  });
});
