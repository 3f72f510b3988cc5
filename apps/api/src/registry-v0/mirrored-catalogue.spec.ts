import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Runtime } from '@rollcall/access';
import { MirroredVersionRecords, MirrorPolicy, MirrorService, MirrorWalks } from '@rollcall/mirrors';
import { TransactionRunner } from '@rollcall/persistence';
import { CatalogueKeys } from '@rollcall/registry';
import { manifestOf, type PersonSeed, seed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../test/running-api.js';

type Item = {
  server: { name: string; version: string };
  _meta: Record<string, { status: string; isLatest: boolean; mirror?: string }>;
};

const OFFICIAL = 'io.modelcontextprotocol.registry/official';

describe('a catalogue with mirrors', () => {
  let api: RunningApi;
  let ada: PersonSeed;
  let mallory: PersonSeed;
  let token: string;
  let walks: MirrorWalks;
  let upstream: string;
  const sources: Record<string, string> = {};

  /** The real registry API of another organization: what we mirror is what we serve. */
  async function catalogueOf(admin: PersonSeed): Promise<string> {
    const key = await api.get(CatalogueKeys).rotate(admin.context());
    return `${api.url}/catalogue/${key}`;
  }

  beforeAll(async () => {
    api = await startApi();
    const records = new MirroredVersionRecords();
    const runtime = api.get(Runtime);
    const policy = new MirrorPolicy({ allowPrivate: ['127.0.0.0/8'] }, 10_000);
    walks = new MirrorWalks(api.prisma, api.get(TransactionRunner), records, policy, runtime);

    const globex = await seed(api).organization('globex', { publication: 'direct' });
    mallory = await (await globex.team('tools')).maintainer('mallory');
    upstream = await catalogueOf(await globex.admin('gus'));
    const publish = await mallory.token();
    for (const [name, version] of [
      ['com.globex.tools/alpha', '1.0.0'],
      ['com.globex.tools/alpha', '1.1.0'],
      ['com.globex.tools/beta', '1.0.0'],
    ] as const) {
      const body = JSON.stringify(manifestOf(name, version));
      const headers = { 'content-type': 'application/json' };
      const answer = await api.fetch('/o/globex/v0.1/publish', publish, { method: 'POST', headers, body });
      if (answer.status !== 200) throw new Error(await answer.text());
    }
    const acme = await seed(api).organization('acme');
    ada = await acme.admin('ada');
    token = await ada.token();
  });
  afterAll(() => api?.close());

  const mirror = async (name: string, precedence: number, url = upstream) => {
    const source = await api.get(MirrorService).set(ada.context(), { name, url, precedence });
    sources[name] = source.id;
    return walks.run(source.id);
  };
  const list = async (query = ''): Promise<Item[]> => {
    const answer = await api.fetch(`/v0.1/servers?limit=100${query}`, token);
    return ((await answer.json()) as { servers: Item[] }).servers;
  };
  const linesOf = (items: Item[]) =>
    items.map(({ server, _meta }) => `${server.name}@${server.version} ${_meta[OFFICIAL]?.status}`);

  it('shows what another registry has, as that registry shows it, and says where it is from', async () => {
    expect(await mirror('globex', 10)).toEqual({ changed: 3 });
    const items = await list();
    expect(linesOf(items)).toEqual([
      'com.globex.tools/alpha@1.0.0 active',
      'com.globex.tools/alpha@1.1.0 active',
      'com.globex.tools/beta@1.0.0 active',
    ]);
    expect(items.map((item) => item._meta['dev.rollcall/registry']?.mirror)).toEqual(['globex', 'globex', 'globex']);
    expect(linesOf(await list('&version=latest'))).toEqual([
      'com.globex.tools/alpha@1.1.0 active',
      'com.globex.tools/beta@1.0.0 active',
    ]);
    expect(linesOf(await list('&search=ALPHA'))).toHaveLength(2);
    const one = await api.fetch('/v0.1/servers/com.globex.tools%2Falpha/versions/latest', token);
    expect(((await one.json()) as Item).server.version).toBe('1.1.0');
    const settings = await (await api.fetch('/exports/v1/managed-settings.json', token)).json();
    expect(settings).toMatchObject({ allowManagedMcpServersOnly: true });
  });

  it('shows the mirror that comes first when two have a server, and its own server before both', async () => {
    await mirror('nearer', 5);
    expect(new Set((await list()).map((item) => item._meta['dev.rollcall/registry']?.mirror))).toEqual(
      new Set(['nearer']),
    );
    expect(await list()).toHaveLength(3);

    const acme = { id: ada.organizationId };
    const team = await api.prisma.team.create({
      data: { id: api.get(Runtime).ids.next('team'), organizationId: acme.id, slug: 'own', name: 'Own' },
    });
    const namespace = await api.prisma.namespace.create({
      data: {
        id: api.get(Runtime).ids.next('ns'),
        organizationId: acme.id,
        name: 'com.globex.tools',
        teamId: team.id,
        proof: 'administrator',
        provedAt: api.clock.now(),
      },
    });
    expect(namespace.name).toBe('com.globex.tools');
    await ada.publishes('com.globex.tools/beta', '9.0.0');
    // a draft of our own is shown to nobody, and neither is the mirrored one under our name
    expect(linesOf(await list()).filter((line) => line.includes('beta'))).toEqual([]);
  });

  it('gives followers tombstones of what vanished, with the time at which we learnt of it', async () => {
    const since = api.clock.now().toISOString();
    api.clock.advance(60_000);
    await api.get(MirrorService).remove(ada.context(), 'nearer');
    await api.get(MirrorService).remove(ada.context(), 'globex');
    expect(await list()).toEqual([]);
    const changed = await list(`&updated_since=${encodeURIComponent(since)}`);
    expect(new Set(linesOf(changed))).toEqual(
      new Set(['com.globex.tools/alpha@1.0.0 deleted', 'com.globex.tools/alpha@1.1.0 deleted']),
    );
  });

  it('shows mirrored servers to nobody of another organization', async () => {
    const stranger = await (await (await seed(api).organization('stranger')).admin('sam')).token();
    const answer = await api.fetch('/v0.1/servers', stranger);
    expect(await answer.json()).toMatchObject({ servers: [] });
  });
});
