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

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=nonsense'])('refuses ?%s', async (query) => {
    expect(await get(`/v0.1/servers?${query}`)).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
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
    await api.get(HoldService).release(riley.context(), input);
    const ada = await acme.admin('ada');
    await one.moves(ada, 'decommissioned', { override: true, reason: 'Now.' });
    expect((await get(at('1.0.0'))).status).toBe(404);
    const list = async (query: string) => (await get<List>(`/v0.1/servers?search=ledger${query}`)).body.servers;
    expect((await list('')).map((item) => item.server.version)).toEqual(['1.1.0']);
    const all = await list('&include_deleted=true');
    expect(all.map((item) => item._meta[OFFICIAL]?.['status'])).toEqual(['deleted', 'active']);
  });
});
