import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS, type JsonValue, MINUTE_MS } from '@rollcall/kernel';
import { type ControlPlane, type OrganizationSeed, openControlPlane, type PersonSeed, seed } from '@rollcall/testing';
import fc from 'fast-check';
import { MirrorService, MirrorWalks } from './index.js';
import { isCollapse, isDue, planWalk } from './mirror.js';
import { readRegistryPage } from './registry-page.reader.js';

type Entry = { name: string; version: string; status?: string; description?: string };
type Answer = { status?: number; body: JsonValue | string; headers?: Record<string, string> };

const item = ({ name, version, status = 'active', description = `The server ${name}.` }: Entry): JsonValue => ({
  server: { name, version, description },
  _meta: {
    'io.modelcontextprotocol.registry/official': {
      status,
      publishedAt: '2026-01-01T00:00:00Z',
      statusChangedAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-01T00:00:00Z',
      isLatest: false,
    },
  },
});

/** A registry over HTTP that holds what the test says, and remembers what it was asked. */
class Upstream {
  entries: Entry[] = [];
  asked: URL[] = [];
  pageSize = 2;
  intercept: (url: URL) => Answer | null = () => null;
  private readonly server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', this.url);
    this.asked.push(url);
    const answer = this.intercept(url) ?? { body: this.page(url) };
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  start = () => new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  stop = () => {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  };

  page(url: URL): JsonValue {
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const servers = this.entries.slice(from, from + this.pageSize).map(item);
    const next = from + this.pageSize;
    return {
      servers,
      metadata: { count: servers.length, ...(next < this.entries.length ? { nextCursor: String(next) } : {}) },
    };
  }
}

describe('a mirror', () => {
  const upstream = new Upstream();
  let world: ControlPlane;
  let acme: OrganizationSeed;
  let ada: PersonSeed;
  let count = 0;

  beforeAll(async () => {
    world = await openControlPlane();
    await upstream.start();
  });
  afterAll(async () => {
    await upstream.stop();
    await world?.close();
  });
  beforeEach(async () => {
    acme = await seed(world).organization(`acme${++count}`);
    ada = await acme.admin('ada');
    upstream.asked = [];
    upstream.entries = ['a', 'b', 'c', 'd', 'e'].map((part) => ({ name: `com.up/${part}${part}`, version: '1.0.0' }));
  });
  afterEach(() => {
    upstream.intercept = () => null;
  });

  const added = async (more: { name?: string; precedence?: number } = {}) => {
    const input = { name: 'official', url: upstream.url, precedence: 1, ...more };
    return world.get(MirrorService).set(ada.context(), input);
  };
  const walk = (sourceId: string, force = false) => world.get(MirrorWalks).run(sourceId, force);
  const rows = () =>
    world.prisma.mirroredVersion.findMany({
      where: { organizationId: acme.id },
      orderBy: [{ serverName: 'asc' }, { version: 'asc' }],
    });
  const stateOf = (id: string) => world.prisma.mirrorSource.findUniqueOrThrow({ where: { id } });

  it('takes everything page by page, in order, with a name of its own in the request', async () => {
    const { id } = await added();
    expect(await walk(id)).toEqual({ changed: 5 });
    expect((await rows()).map((row) => [row.serverName, row.status, row.isLatest])).toEqual(
      ['aa', 'bb', 'cc', 'dd', 'ee'].map((part) => [`com.up/${part}`, 'active', true]),
    );
    expect(upstream.asked.map((url) => `${url.pathname}${url.search}`)).toEqual([
      '/v0.1/servers?limit=100',
      '/v0.1/servers?limit=100&cursor=2',
      '/v0.1/servers?limit=100&cursor=4',
    ]);
    expect(await stateOf(id)).toMatchObject({ failures: 0, error: null, walk: null, fullAt: world.clock.now() });
  });

  it('then asks only for changes, with an overlap on the other registry’s own clock, and walks everything weekly', async () => {
    upstream.intercept = (url) => ({ body: upstream.page(url), headers: { date: 'Fri, 20 Nov 2026 11:00:00 GMT' } });
    const { id } = await added();
    await walk(id);
    upstream.asked = [];
    upstream.entries = [{ name: 'com.up/bb', version: '1.1.0' }];
    expect(await walk(id)).toEqual({ changed: 1 });
    expect(upstream.asked[0]?.searchParams.get('updated_since')).toBe('2026-11-20T10:55:00.000Z');
    expect((await rows()).filter((row) => row.status !== 'deleted')).toHaveLength(6);
    expect((await rows()).filter((row) => row.isLatest && row.serverName === 'com.up/bb')).toMatchObject([
      { version: '1.1.0' },
    ]);

    world.clock.advance(7 * DAY_MS);
    upstream.asked = [];
    await walk(id);
    expect(upstream.asked[0]?.searchParams.get('updated_since')).toBeNull();
  });

  it('keeps the time of a row that says the same again, and takes tombstones', async () => {
    const { id } = await added();
    await walk(id);
    const before = await rows();
    world.clock.advance(MINUTE_MS);
    upstream.entries = upstream.entries.map((entry) =>
      entry.name === 'com.up/cc' ? { ...entry, status: 'deleted' } : entry,
    );
    expect(await walk(id)).toEqual({ changed: 1 });
    const after = await rows();
    expect(after.map((row) => row.updatedAt.getTime() - (before[0]?.updatedAt.getTime() ?? 0))).toEqual([
      0,
      0,
      MINUTE_MS,
      0,
      0,
    ]);
    expect(after[2]).toMatchObject({ status: 'deleted' });
  });

  it('buries what a full walk does not see any more, but not most of it: a broken registry is more likely than an empty one', async () => {
    upstream.pageSize = 50;
    upstream.entries = Array.from({ length: 30 }, (_, n) => ({ name: `com.up/s${n}`, version: '1.0.0' }));
    const { id } = await added();
    await walk(id);
    world.clock.advance(7 * DAY_MS);
    const all = upstream.entries;
    upstream.entries = all.slice(0, 5);
    await walk(id);
    expect((await stateOf(id)).error).toMatchObject({ code: 'MIRROR_COLLAPSED' });
    expect((await rows()).filter((row) => row.status === 'active')).toHaveLength(30);

    upstream.entries = all.slice(0, 27);
    await walk(id);
    expect((await rows()).filter((row) => row.status === 'active')).toHaveLength(27);

    world.clock.advance(7 * DAY_MS);
    upstream.entries = [];
    await walk(id, true);
    expect((await rows()).filter((row) => row.status === 'active')).toHaveLength(0);
    expect(await stateOf(id)).toMatchObject({ error: null, failures: 0 });
    upstream.pageSize = 2;
  });

  it('goes on where a dead process stopped, and not before that process can be taken for dead', async () => {
    const { id } = await added();
    upstream.intercept = (url) => (url.searchParams.get('cursor') === '4' ? { status: 503, body: '' } : null);
    await walk(id);
    expect(await stateOf(id)).toMatchObject({ failures: 1, error: { code: 'MIRROR_FAILED' }, walk: { cursor: '4' } });
    await world.prisma.mirrorSource.update({
      where: { id },
      data: { leaseUntil: new Date(world.clock.now().getTime() + 1) },
    });
    expect(await walk(id)).toBeNull();
    world.clock.advance(10);
    upstream.intercept = () => null;
    upstream.asked = [];
    expect(await walk(id)).toEqual({ changed: 1 });
    expect(upstream.asked.map((url) => url.searchParams.get('cursor'))).toEqual(['4']);
  });

  it.each<[string, Answer, string]>([
    ['is away', { status: 500, body: 'no' }, 'MIRROR_FAILED'],
    ['wants a sign-in', { status: 401, body: '{}' }, 'MIRROR_FAILED'],
    ['sends HTML', { body: '<html>' }, 'MIRROR_FAILED'],
    ['sends another shape', { body: { items: [] } }, 'MIRROR_FAILED'],
    [
      'redirects elsewhere',
      { status: 302, body: '', headers: { location: 'http://169.254.169.254/' } },
      'MIRROR_FAILED',
    ],
    ['never ends', { body: { servers: [], metadata: { nextCursor: 'again' } } }, 'MIRROR_FAILED'],
  ])('of a registry that %s changes nothing and says why', async (_, answer, code) => {
    const { id } = await added();
    await walk(id);
    world.clock.advance(7 * DAY_MS);
    upstream.intercept = () => answer;
    await walk(id);
    expect((await stateOf(id)).error).toMatchObject({ code, message: expect.any(String) });
    expect((await rows()).filter((row) => row.status === 'active')).toHaveLength(5);
  });

  it('skips what no client could use and says so, and takes the rest', async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`) as JsonValue;
    const odd: JsonValue[] = [
      null,
      { server: 3 },
      item({ name: 'no-slash', version: '1.0.0' }),
      item({ name: 'com.up/xx', version: 'latest' }),
      item({ name: 'com.up/yy', version: '1.0.0', description: '' }),
      { server: { name: 'com.up/zz', version: '1.0.0', description: 'x', deep } },
      { server: { name: 'com.up/ww', version: '1.0.0', description: 'a\u0000b' } },
      item({ name: 'com.up/ok', version: '1.0.0' }),
      item({ name: 'com.up/ok', version: '1.0.0', status: 'deprecated' }),
    ];
    upstream.intercept = () => ({ body: { servers: odd } });
    const { id } = await added();
    await walk(id);
    expect(await rows()).toMatchObject([{ serverName: 'com.up/ok', status: 'deprecated' }]);
    expect((await stateOf(id)).skipped).toHaveLength(7);
  });

  it('is not followed into networks nobody allowed', async () => {
    const { id } = await world
      .get(MirrorService)
      .set(ada.context(), { name: 'inside', url: 'http://10.0.0.1', precedence: 9 });
    await walk(id);
    expect((await stateOf(id)).error).toMatchObject({ code: 'POLICY' });
  });

  it('that is taken away leaves tombstones and its name', async () => {
    const { id } = await added();
    await walk(id);
    await world.get(MirrorService).remove(ada.context(), 'official');
    expect((await rows()).every((row) => row.status === 'deleted')).toBe(true);
    expect(await walk(id)).toBeNull();
    await added();
    expect(await world.get(MirrorService).list(ada.context())).toMatchObject([{ name: 'official', versionCount: 0 }]);
  });

  it('is chosen by administrators only, under a name and a precedence of its own', async () => {
    await added();
    await expect(added({ name: 'second' })).rejects.toMatchObject({ code: 'MIRROR_TAKEN' });
    const olivia = await (await acme.team('payments')).maintainer('olivia');
    const service = world.get(MirrorService);
    const input = { name: 'x', url: upstream.url, precedence: 3 };
    await expect(service.set(olivia.context(), input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(service.list(olivia.context())).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(service.sync(ada.context(), 'nobody', false)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const url of ['ftp://x', 'https://u:p@x.example', 'https://x.example/?a=1', 'x']) {
      await expect(service.set(ada.context(), { ...input, url })).rejects.toMatchObject({ code: 'MIRROR_URL_INVALID' });
    }
    const other = await (await seed(world).organization(`other${count}`)).admin('mallory');
    expect(await service.list(other.context())).toEqual([]);
    await expect(service.remove(other.context(), 'official')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the plan of a mirror', () => {
  const now = new Date('2026-11-20T12:00:00Z');
  const state = { watermark: now, fullAt: now, attemptedAt: now, failures: 0, intervalMinutes: 60 };

  it('begins with everything and comes back to it', () => {
    expect(planWalk({ ...state, fullAt: null }, now)).toEqual({ kind: 'full' });
    expect(planWalk(state, now)).toMatchObject({ kind: 'changes' });
    expect(planWalk(state, new Date(now.getTime() + 7 * DAY_MS))).toEqual({ kind: 'full' });
  });

  it('waits an interval, and after failures a growing part of it', () => {
    const later = (minutes: number) => new Date(now.getTime() + minutes * MINUTE_MS);
    expect([59, 60].map((minutes) => isDue(state, later(minutes)))).toEqual([false, true]);
    expect([1, 2].map((minutes) => isDue({ ...state, failures: 1 }, later(minutes)))).toEqual([false, true]);
    expect([59, 60].map((minutes) => isDue({ ...state, failures: 30 }, later(minutes)))).toEqual([false, true]);
    expect(isDue({ ...state, attemptedAt: null }, now)).toBe(true);
  });

  it('takes losing most for a fault, and losing a few for the truth', () => {
    expect([isCollapse(30, 16), isCollapse(30, 15), isCollapse(8, 8)]).toEqual([true, false, false]);
  });
});

describe('a page of another registry', () => {
  it('of any bytes is read or refused, never a fault', () => {
    const now = new Date('2026-11-20T12:00:00Z');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        (body) => {
          const page = readRegistryPage(body, now);
          expect(page === null || Array.isArray(page.items)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
    const servers = fc.array(fc.jsonValue() as fc.Arbitrary<JsonValue>);
    fc.assert(
      fc.property(servers, (list) => {
        const body = new TextEncoder().encode(JSON.stringify({ servers: list }));
        expect(readRegistryPage(body, now)?.items).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
