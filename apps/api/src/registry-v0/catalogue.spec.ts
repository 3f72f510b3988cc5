import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@rollcall/kernel';
import { type OrganizationSeed, type PersonSeed, seed } from '@rollcall/testing';
import { HoldService } from '@rollcall/transitions';
import { type RunningApi, startApi } from '../../test/running-api.js';
import { browseLikeAnEditor, type Gallery } from './editor-client.fixture.js';

const OFFICIAL = 'io.modelcontextprotocol.registry/official';

describe('the catalogue for clients without credentials', () => {
  let api: RunningApi;
  let acme: OrganizationSeed;
  let ada: PersonSeed;
  let admin: string;
  let base: string;

  const access = async (what: string, who = admin) => {
    const answer = await api.query(who, `mutation { ${what} { access { key path } errors { code } } }`);
    return (answer.data?.[what] as { access: { key: string | null; path: string | null } } | undefined)?.access;
  };
  const get = async (path: string) => {
    const response = await api.fetch(path);
    return { status: response.status, body: (await response.json()) as JsonObject, headers: response.headers };
  };

  beforeAll(async () => {
    api = await startApi();
    acme = await seed(api).organization('acme', { publication: 'direct' });
    ada = await acme.admin('ada');
    admin = await ada.token();
    const team = await acme.team('tools');
    const ci = await (await team.developer('ci')).token();
    for (const [name, version] of [
      ['alpha', '1.0.0'],
      ['alpha', '1.1.0'],
      ['beta', '0.1.0'],
      ['Zeta', '3.0.0'],
    ]) {
      const manifest = {
        $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
        name: `com.acme.tools/${name}`,
        version,
        description: `The ${name} tools for everybody.`,
      };
      const headers = { 'content-type': 'application/json' };
      const sent = await api.fetch('/v0.1/publish', ci, { method: 'POST', headers, body: JSON.stringify(manifest) });
      expect(sent.status).toBe(200);
    }
    base = (await access('catalogueKeyRotate'))?.path as string;
  });
  afterAll(() => api?.close());

  it('is under an unguessable path, which only an administrator opens and closes', async () => {
    expect(base).toMatch(/^\/catalogue\/[A-Za-z0-9_-]{32}$/);
    const olivia = await (await (await acme.team('payments')).maintainer('olivia')).token();
    expect(await access('catalogueKeyRotate', olivia)).toBeUndefined();
    expect(await access('catalogueKeyRevoke', olivia)).toBeUndefined();
    const { data } = await api.query(admin, '{ catalogueAccess { key path } }');
    expect(data?.['catalogueAccess']).toEqual({ key: base.split('/').at(-1), path: base });
    expect((await api.query(olivia, '{ catalogueAccess { key } }')).errors[0]?.extensions.code).toBe('FORBIDDEN');
    const audit = await api.prisma.auditEvent.findMany({
      where: { organizationId: acme.id, action: 'catalogue.share' },
    });
    expect(audit.filter(({ outcome }) => outcome !== 'denied')).toHaveLength(1);
    expect(JSON.stringify(audit.map(({ data }) => data))).not.toContain(base.split('/').at(-1));
    expect(api.log()).not.toContain(base.split('/').at(-1));
  });

  it('answers a wrong key as it answers any address that leads nowhere', async () => {
    const { requestId: _, ...nowhere } = (await get('/nowhere/at/all')).body;
    const wrong = base.slice(0, -1) + (base.endsWith('A') ? 'B' : 'A');
    for (const path of [
      `${wrong}/v0.1/servers`,
      '/catalogue/x/v0.1/servers',
      `${wrong}/v0.1/ping`,
      `${wrong}/v0.1/nothing`,
      `${base}/v0.1/nothing`,
    ]) {
      const { requestId, ...body } = (await get(path)).body;
      expect(body).toEqual(nowhere);
    }
    for (const path of [`${base}/v0.1/publish`, `${wrong}/v0.1/publish`]) {
      const headers = { 'content-type': 'application/json' };
      expect((await api.fetch(path, admin, { method: 'POST', headers, body: '{}' })).status).toBe(404);
    }
  });

  it('shows the published part of every item and nothing of the inside', async () => {
    const { status, body, headers } = await get(`${base}/v0.1/servers?include_deleted=true`);
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=30']);
    const items = body['servers'] as { server: JsonObject; _meta: JsonObject }[];
    // byte order: capitals come first
    expect(items.map(({ server }) => `${server['name']}@${server['version']}`)).toEqual([
      'com.acme.tools/Zeta@3.0.0',
      'com.acme.tools/alpha@1.0.0',
      'com.acme.tools/alpha@1.1.0',
      'com.acme.tools/beta@0.1.0',
    ]);
    for (const { _meta } of items) expect(Object.keys(_meta)).toEqual([OFFICIAL]);
    expect((await get(`${base}/v0.1/x/dev.rollcall/servers`)).status).toBe(404);
    for (const path of ['health', 'ping']) expect((await get(`${base}/v0.1/${path}`)).status).toBe(200);
  });

  it('is of one organization only', async () => {
    const other = await seed(api).organization('other');
    const theirs = (await access('catalogueKeyRotate', await (await other.admin('mallory')).token()))?.path;
    expect((await get(`${theirs}/v0.1/servers`)).body).toEqual({ servers: [], metadata: { count: 0 } });
    expect((await get(`${theirs}/v0.1/servers/com.acme.tools%2Falpha/versions/latest`)).status).toBe(404);
  });

  it.each([undefined, 'TOOLS for', 'alpha'])('is browsed by an editor that searches for %s', async (search) => {
    const gallery: Gallery = await browseLikeAnEditor(`${api.url}${base}`, {
      pageSize: 1,
      ...(search ? { search } : {}),
    });
    const names = search === 'alpha' ? ['alpha'] : ['Zeta', 'alpha', 'beta'];
    expect(gallery.servers.map(({ name }) => name.split('/')[1])).toEqual(names);
    expect(gallery.apiVersion).toBe('v0.1');
    expect(gallery.servers.find(({ name }) => name.endsWith('alpha'))).toMatchObject({
      version: '1.1.0',
      status: 'active',
    });
    expect(gallery.requests).toBeGreaterThan(names.length);
  });

  it('answers the requests of a policy client: anonymous, with another origin, by name', async () => {
    const name = encodeURIComponent('com.acme.tools/alpha');
    for (const path of ['servers', `servers/${name}/versions/latest`, `servers/${name}/versions/1.0.0`]) {
      const headers = { origin: 'vscode-file://vscode-app' };
      const preflight = await api.fetch(`${base}/v0.1/${path}`, null, { method: 'OPTIONS', headers });
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
      for (const needed of ['authorization', 'content-type']) {
        expect(preflight.headers.get('access-control-allow-headers')).toContain(needed);
      }
      const response = await api.fetch(`${base}/v0.1/${path}`, null, { headers });
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    }
    // what is not in the list is blocked by a 404, never by a 401
    expect(
      (await get(`${base}/v0.1/servers/${encodeURIComponent('com.acme.tools/none')}/versions/latest`)).status,
    ).toBe(404);
  });

  it('forgets a quarantined version at once', async () => {
    const row = await api.prisma.serverVersion.findFirstOrThrow({ where: { serverName: 'com.acme.tools/beta' } });
    const input = { version: { byId: row.id }, reason: 'It leaks.' };
    await api.get(HoldService).quarantine(ada.context(), input);
    expect((await get(`${base}/v0.1/servers/com.acme.tools%2Fbeta/versions/latest`)).status).toBe(404);
    const { body } = await get(`${base}/v0.1/servers?include_deleted=true&version=0.1.0`);
    expect(body['servers']).toMatchObject([{ _meta: { [OFFICIAL]: { status: 'deleted', isLatest: false } } }]);
    expect(JSON.stringify(body)).not.toContain('leaks');
    await api.get(HoldService).release(ada.context(), input);
  });

  it('closes when the key is changed or taken back', async () => {
    const path = `${base}/v0.1/servers`;
    expect((await get(path)).status).toBe(200);
    const next = (await access('catalogueKeyRotate'))?.path;
    expect([(await get(path)).status, (await get(`${next}/v0.1/servers`)).status]).toEqual([404, 200]);
    expect(await access('catalogueKeyRevoke')).toEqual({ key: null, path: null });
    expect((await get(`${next}/v0.1/servers`)).status).toBe(404);
  });
});
