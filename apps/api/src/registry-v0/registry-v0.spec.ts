import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY_MS } from '@rollcall/kernel';
import { type OrganizationSeed, type PersonSeed, type ServerVersionSeed, seed } from '@rollcall/testing';
import { HoldService } from '@rollcall/transitions';
import { type RunningApi, startApi } from '../../test/running-api.js';

type Item = { server: { name: string; version: string }; _meta: Record<string, Record<string, unknown>> };
type List = { servers: Item[]; metadata: { count: number; nextCursor?: string } };

const OFFICIAL = 'io.modelcontextprotocol.registry/official';
const OURS = 'dev.rollcall/registry';

describe('the registry API v0.1', () => {
  let api: RunningApi;
  let acme: OrganizationSeed;
  let olivia: PersonSeed;
  let riley: PersonSeed;
  let token: string;
  let one: ServerVersionSeed;
  let two: ServerVersionSeed;

  beforeAll(async () => {
    api = await startApi();
    acme = await seed(api).organization('acme');
    const payments = await acme.team('payments');
    olivia = await payments.maintainer('olivia');
    riley = await acme.reviewer('riley');
    token = await olivia.token();
    const road = { owner: olivia, reviewer: riley };
    one = await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
    await one.reaches('active', road);
    two = await olivia.publishes(`${payments.namespace}/ledger`, '1.1.0');
    await two.reaches('active', road);
    await (await olivia.publishes(`${payments.namespace}/draft`, '1.0.0')).seen();
    const sunsetAt = new Date(api.clock.now().getTime() + 40 * DAY_MS);
    const successor = { server: two.name, version: two.version };
    await one.moves(olivia, 'deprecated', { successor, sunsetAt });
    await (await olivia.publishes(`${payments.namespace}/other`, '0.1.0')).reaches('active', road);
  });
  afterAll(() => api?.close());

  const get = async <T>(at: string, who = token) => {
    const response = await api.fetch(at, who);
    return { status: response.status, body: (await response.json()) as T };
  };
  const at = (version: string) => `/v0.1/servers/${encodeURIComponent(one.name)}/versions/${version}`;

  it('lists published versions in the upstream shape, with ours under our own key only', async () => {
    const { status, body } = await get<List>('/v0.1/servers');
    expect(status).toBe(200);
    expect(body.servers.map((item) => `${item.server.name}@${item.server.version}`)).toEqual([
      `${one.name}@1.0.0`,
      `${one.name}@1.1.0`,
      'com.acme.payments/other@0.1.0',
    ]);
    expect(body.metadata).toEqual({ count: 3 });
    for (const item of body.servers) {
      expect(Object.keys(item).sort()).toEqual(['_meta', 'server']);
      expect(Object.keys(item._meta).sort()).toEqual([OURS, OFFICIAL].sort());
      expect(item.server).toMatchObject({ $schema: expect.any(String), description: expect.any(String) });
    }
    const [deprecated, latest] = body.servers;
    expect(deprecated?._meta[OFFICIAL]).toMatchObject({
      status: 'deprecated',
      statusMessage: expect.stringContaining('1.1.0'),
      isLatest: false,
    });
    expect(latest?._meta[OFFICIAL]).toMatchObject({ status: 'active', isLatest: true });
    expect(latest?._meta[OFFICIAL]).not.toHaveProperty('statusMessage');
  });

  it('gives one version, and the latest', async () => {
    expect(await get<Item>(at('1.0.0'))).toMatchObject({ status: 200, body: { server: { version: '1.0.0' } } });
    expect(await get<Item>(at('latest'))).toMatchObject({ status: 200, body: { server: { version: '1.1.0' } } });
    expect(await get(at('9.9.9'))).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    const { body } = await get<List>(`/v0/servers/${encodeURIComponent(one.name)}/versions`);
    expect(body.servers.map((item) => item.server.version)).toEqual(['1.1.0', '1.0.0']);
  });

  it('pages through everything once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined = '';
    for (let page = 0; cursor !== undefined && page < 10; page++) {
      const { body }: { body: List } = await get<List>(`/v0.1/servers?limit=1${cursor ? `&cursor=${cursor}` : ''}`);
      expect(body.servers).toHaveLength(1);
      seen.push(...body.servers.map((item) => `${item.server.name}@${item.server.version}`));
      cursor = body.metadata.nextCursor;
    }
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(3);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1&limit=2',
    'include_deleted=maybe',
    `version=${'1'.repeat(256)}`,
  ])('answers 422 to ?%s and says where', async (query) => {
    expect(await get(`/v0.1/servers?${query}`)).toMatchObject({
      status: 422,
      body: { code: 'INVALID_REQUEST', errors: [{ location: `query.${query.split('=')[0]}` }] },
    });
  });

  it.each([
    'cursor=nonsense',
    'cursor=W10',
    'updated_since=yesterday',
    'updated_since=2026-13-01T00:00:00Z',
    'updated_since=2026-01-01T00:00:00Z&include_deleted=false',
  ])('answers 400 to ?%s', async (query) => {
    expect(await get(`/v0.1/servers?${query}`)).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
  });

  it.each(['q=nothing', 'limit=', 'search=', 'cursor='])('ignores ?%s', async (query) => {
    expect(await get<List>(`/v0.1/servers?${query}`)).toMatchObject({ status: 200, body: { metadata: { count: 3 } } });
  });

  it('keeps the filters in the cursor, for clients that drop them on page 2', async () => {
    const first = await get<List>('/v0.1/servers?search=ledger&limit=1');
    expect(first.body.metadata.nextCursor).toMatch(/^[A-Za-z0-9_-]+$/);
    const second = await get<List>(`/v0.1/servers?limit=50&cursor=${first.body.metadata.nextCursor}`);
    expect(second.body.servers.map((item) => item.server.version)).toEqual(['1.1.0']);
    expect(second.body.metadata).toEqual({ count: 1 });
  });

  it('gives what changed after a moment, and not at it', async () => {
    const all = (await get<List>('/v0.1/servers')).body.servers.map(
      (item) => item._meta[OFFICIAL]?.['updatedAt'] as string,
    );
    const newest = [...all].sort().at(-1) as string;
    const since = async (moment: string) =>
      (await get<List>(`/v0.1/servers?updated_since=${encodeURIComponent(moment)}`)).body.metadata.count;
    expect(await since(newest)).toBe(0);
    expect(await since(new Date(Date.parse(newest) - 1).toISOString())).toBe(1);
    expect(await since('0000-01-01T00:00:00+14:00')).toBe(3);
    expect(await since('9999-12-31T23:59:59-14:00')).toBe(0);
  });

  it('lets a client ask whether anything changed', async () => {
    for (const path of ['/v0.1/servers', at('latest'), `/v0.1/servers/${encodeURIComponent(one.name)}/versions`]) {
      const first = await api.fetch(path, token);
      const etag = first.headers.get('etag') as string;
      expect(first.headers.get('cache-control')).toBe('private, no-cache');
      expect(first.headers.get('content-type')).toContain('application/json');
      const second = await api.fetch(path, token, { headers: { 'if-none-match': etag } });
      expect([second.status, await second.text()]).toEqual([304, '']);
      const head = await api.fetch(path, token, { method: 'HEAD' });
      expect([head.status, head.headers.get('etag')]).toEqual([200, etag]);
    }
  });

  it('is under the base URL of the organization too, and of no other', async () => {
    expect((await get<List>('/o/acme/v0.1/servers')).body.metadata.count).toBe(3);
    expect((await get<List>('/o/acme/v0/servers')).body.metadata.count).toBe(3);
    await seed(api).organization('elsewhere');
    for (const slug of ['elsewhere', 'nowhere']) expect((await get(`/o/${slug}/v0.1/servers`)).status).toBe(404);
  });

  it('tells members the owner, the health and the verdict', async () => {
    const { body } = await get<Item>(at('latest'));
    expect(body._meta[OURS]).toEqual({
      ownerTeam: 'payments',
      alias: 'ledger',
      state: 'active',
      track: 'governed',
      sunsetAt: null,
      successor: null,
      health: 'healthy',
      contractDigest: expect.stringMatching(/^sha256:/),
      verdict: expect.any(String),
    });
    expect((await get<Item>(at('1.0.0'))).body._meta[OURS]).toMatchObject({
      state: 'deprecated',
      sunsetAt: expect.stringMatching(/Z$/),
      successor: { server: two.name, version: '1.1.0' },
    });
  });

  it('shows the whole life of a server under our own extension, drafts included', async () => {
    type View = { server: object; versions: { version: string; state: string }[]; metadata: object };
    const x = '/v0.1/x/dev.rollcall/servers';
    const list = await get<{ servers: { name: string }[]; metadata: { nextCursor?: string } }>(`${x}?limit=2`);
    expect(list.body.servers.map(({ name }) => name)).toEqual(['com.acme.payments/draft', 'com.acme.payments/ledger']);
    const rest = await get<List>(`${x}?limit=2&cursor=${list.body.metadata.nextCursor}`);
    expect(rest.body).toMatchObject({ servers: [{ name: 'com.acme.payments/other' }], metadata: { count: 1 } });
    const { body } = await get<View>(`${x}/${one.name}`);
    expect(body.server).toEqual({
      name: one.name,
      alias: 'ledger',
      title: null,
      ownerTeam: 'payments',
      latest: '1.1.0',
    });
    expect(body.versions).toMatchObject([
      { version: '1.1.0', state: 'active', isLatest: true, health: 'healthy' },
      { version: '1.0.0', state: 'deprecated', successor: { version: '1.1.0' } },
    ]);
    const page = await get<View & { metadata: { nextCursor: string } }>(`${x}/${one.name}?limit=1`);
    const second = await get<View>(`${x}/${one.name}?limit=1&cursor=${page.body.metadata.nextCursor}`);
    expect([...page.body.versions, ...second.body.versions]).toEqual(body.versions);
    expect((await api.fetch(x)).status).toBe(401);
    expect((await get(`${x}/com.acme.payments/none`)).status).toBe(404);
    expect((await get(`${x}?cursor=%22`)).status).toBe(400);
  });

  it('finds by substring and by latest', async () => {
    const versions = async (query: string) =>
      (await get<List>(`/v0.1/servers?${query}`)).body.servers.map((item) => item.server.version);
    expect(await versions('search=LEDG')).toEqual(['1.0.0', '1.1.0']);
    expect(await versions('search=%25')).toEqual([]);
    expect(await versions('version=latest')).toEqual(['1.1.0', '0.1.0']);
    expect(await versions('version=1.0.0')).toEqual(['1.0.0']);
  });

  it('needs a token, and shows another team or organization nothing', async () => {
    for (const path of ['/v0.1/servers', at('latest'), `/v0.1/servers/x/versions`, '/v0/servers']) {
      expect((await api.fetch(path)).status).toBe(401);
    }
    const oscar = await (await acme.team('marketing')).maintainer('oscar');
    const mallory = await (await seed(api).organization('other')).admin('mallory');
    for (const outsider of [await oscar.token(), await mallory.token()]) {
      expect((await get<List>('/v0.1/servers', outsider)).body.servers).toEqual([]);
      expect((await get(at('1.0.0'), outsider)).status).toBe(404);
    }
    expect((await api.fetch('/v0.1/ping')).status).toBe(200);
  });

  it('hides a quarantined version, and a decommissioned one unless it is asked for', async () => {
    const input = { version: two.ref, reason: 'It leaks.' };
    await api.get(HoldService).quarantine(riley.context(), input);
    expect((await get(at('1.1.0'))).status).toBe(404);
    expect(await get<Item>(at('latest'))).toMatchObject({ body: { server: { version: '1.0.0' } } });
    // importers learn of it, and everybody else sees nothing
    const tombstones = (await get<List>('/v0.1/servers?include_deleted=true&version=1.1.0')).body.servers;
    expect(tombstones.map((item) => item._meta[OFFICIAL]?.['status'])).toEqual(['deleted']);
    expect(JSON.stringify(tombstones)).not.toContain('It leaks.');
    expect((await get(`${at('1.1.0')}?include_deleted=true`)).status).toBe(200);
    await api.get(HoldService).release(riley.context(), input);
    const ada = await acme.admin('ada');
    await one.moves(ada, 'decommissioned', { override: true, reason: 'Now.' });
    expect((await get(at('1.0.0'))).status).toBe(404);
    expect(await get<Item>(`${at('1.0.0')}?include_deleted=true`)).toMatchObject({
      body: { _meta: { [OFFICIAL]: { status: 'deleted' } } },
    });
    const ofServer = `/v0.1/servers/${encodeURIComponent(one.name)}/versions`;
    expect((await get<List>(ofServer)).body.metadata.count).toBe(1);
    expect((await get<List>(`${ofServer}?include_deleted=true`)).body.metadata.count).toBe(2);
    const list = async (query: string) => (await get<List>(`/v0.1/servers?search=ledger${query}`)).body.servers;
    expect((await list('')).map((item) => item.server.version)).toEqual(['1.1.0']);
    const all = await list('&include_deleted=true');
    expect(all.map((item) => item._meta[OFFICIAL]?.['status'])).toEqual(['deleted', 'active']);
  });
});
