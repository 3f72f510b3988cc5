import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@rollcall/kernel';
import { manifestOf, type OrganizationSeed, type PersonSeed, seed, type TeamSeed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../test/running-api.js';

const OFFICIAL = 'io.modelcontextprotocol.registry/official';
const PUBLISHER = 'io.modelcontextprotocol.registry/publisher-provided';
const OURS = 'dev.rollcall/registry';

describe('writing through the registry API', () => {
  let api: RunningApi;
  let open: OrganizationSeed;
  let team: TeamSeed;
  let ci: PersonSeed;
  let token: string;
  let name: string;
  let count = 0;

  beforeAll(async () => {
    api = await startApi();
    open = await seed(api).organization('open', { publication: 'direct' });
    team = await open.team('tools');
    ci = await team.developer('ci');
    token = await ci.token();
  });
  beforeEach(() => {
    name = `${team.namespace}/server${++count}`;
  });
  afterAll(() => api?.close());

  type Answer = { status: number; body: JsonObject };
  const send = async (method: string, path: string, body?: unknown, who: string | null = token): Promise<Answer> => {
    const headers = { 'content-type': 'application/json' };
    const response = await api.fetch(path, who, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const publish = (version: string, change: JsonObject = {}, who: string | null = token) =>
    send('POST', '/v0.1/publish', manifestOf(name, version, change), who);
  const versions = () => api.prisma.serverVersion.count({ where: { organizationId: open.id, serverName: name } });
  const at = (version: string) => `/v0.1/servers/${encodeURIComponent(name)}/versions/${version}`;

  it('publishes into the catalogue at once where the organization allows it', async () => {
    const answer = await publish('1.0.0');
    expect(answer).toMatchObject({
      status: 200,
      body: {
        server: { name, version: '1.0.0' },
        _meta: { [OFFICIAL]: { status: 'active', isLatest: true }, [OURS]: { state: 'active', track: 'listed' } },
      },
    });
    expect(await send('GET', at('latest'))).toMatchObject({ status: 200, body: { server: { version: '1.0.0' } } });
    expect((await publish('1.0.0')).body).toEqual(answer.body);
    expect(await versions()).toBe(1);
  });

  it('finishes what a crash left half done, when it is published again', async () => {
    await publish('1.0.0');
    await api.prisma.serverVersion.updateMany({
      where: { serverName: name },
      data: { state: 'draft', isLatest: false },
    });
    expect((await send('GET', at('1.0.0'))).status).toBe(404);
    expect(await publish('1.0.0')).toMatchObject({
      status: 200,
      body: { _meta: { [OFFICIAL]: { status: 'active' } } },
    });
  });

  it('makes a draft where publications are reviewed, which nobody else sees', async () => {
    const acme = await seed(api).organization('acme');
    const payments = await acme.team('payments');
    const olivia = await (await payments.maintainer('olivia')).token();
    name = `${payments.namespace}/ledger`;
    const { status, body } = await publish('1.0.0', {}, olivia);
    expect([status, body]).toEqual([
      200,
      {
        server: expect.objectContaining({ name, version: '1.0.0' }),
        _meta: { [OURS]: { state: 'draft', track: 'governed', nextStep: expect.any(String) } },
      },
    ]);
    expect((await send('GET', at('1.0.0'), undefined, olivia)).status).toBe(404);
    const change = { status: 'deleted' };
    expect((await send('PATCH', `${at('1.0.0')}/status`, change, olivia)).status).toBe(400);
  });

  it('asks who, then whether they may, then what', async () => {
    const bad = { $schema: 'x' };
    expect(await publish('^1', bad, null)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    name = 'com.elsewhere/server';
    expect(await publish('^1', bad)).toMatchObject({
      status: 403,
      body: { code: 'NAMESPACE_NOT_OWNED', detail: expect.stringContaining(`${team.namespace}/*`) },
    });
    name = `${team.namespace}/ok`;
    expect(await publish('^1', bad)).toMatchObject({
      status: 422,
      body: {
        code: 'MANIFEST_INVALID',
        errors: expect.arrayContaining([expect.objectContaining({ location: 'body.version' })]),
      },
    });
    expect(await send('POST', '/v0.1/publish', { version: 1 })).toMatchObject({ status: 422 });
    expect((await send('PUT', at('1.0.0'), {}, null)).status).toBe(401);
    expect(await versions()).toBe(0);
  });

  it('never changes a published version', async () => {
    await publish('1.0.0');
    expect(await publish('1.0.0', { description: 'Another.' })).toMatchObject({
      status: 400,
      body: { code: 'VERSION_CONFLICT', error: expect.stringContaining('cannot publish duplicate version') },
    });
    for (const method of ['PUT', 'DELETE']) {
      expect(await send(method, at('1.0.0'), {})).toMatchObject({ status: 501, body: { code: 'NOT_SUPPORTED' } });
    }
  });

  it('of two that publish the same number at once lets one win', async () => {
    const answers = await Promise.all(['One.', 'Two.'].map((description) => publish('1.0.0', { description })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const same = await Promise.all([1, 2, 3].map(() => publish('2.0.0')));
    expect(same.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await versions()).toBe(2);
  });

  it('lets no two servers have the same remote URL, also at once', async () => {
    const remotes = (url: string) => ({
      remotes: [{ type: 'streamable-http', url: `https://${url}.example.com/mcp` }],
    });
    const mine = name;
    expect((await publish('1.0.0', remotes('a'))).status).toBe(200);
    expect((await publish('1.1.0', remotes('a'))).status).toBe(200);
    name = `${mine}b`;
    expect(await publish('1.0.0', remotes('a'))).toMatchObject({
      status: 400,
      body: { code: 'REMOTE_TAKEN', error: expect.stringContaining(mine) },
    });
    const names = ['c', 'd', 'e', 'f'].map((end) => `${mine}${end}`);
    const race = await Promise.all(
      names.map((one) => send('POST', '/v0.1/publish', manifestOf(one, '1.0.0', remotes('same')))),
    );
    expect(race.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
  });

  it('gives a server an alias of its own when the name leads to one that is taken', async () => {
    const other = await open.team('more');
    const theirs = await (await other.developer('ci2')).token();
    await publish('1.0.0');
    name = `${other.namespace}/${name.split('/')[1]}`;
    expect((await publish('1.0.0', {}, theirs)).status).toBe(200);
    const { alias } = await api.prisma.server.findFirstOrThrow({ where: { name } });
    expect(alias).toMatch(/^server\d+-[0-9a-f]{10}$/);
  });

  it('keeps what the publisher provides, and no other metadata', async () => {
    const provided = { tool: 'ci', version: '1' };
    const meta = { [PUBLISHER]: provided, [OFFICIAL]: { status: 'active' }, 'com.evil/x': 1 };
    expect((await publish('1.0.0', { _meta: meta })).body['server']).toMatchObject({
      _meta: { [PUBLISHER]: provided },
    });
    const { body } = await send('GET', at('1.0.0'));
    expect(Object.keys((body['server'] as JsonObject)['_meta'] as JsonObject)).toEqual([PUBLISHER]);
    const large = { _meta: { [PUBLISHER]: { text: 'x'.repeat(4096) } } };
    expect(await publish('1.1.0', large)).toMatchObject({ status: 422, body: { code: 'MANIFEST_INVALID' } });
  });

  it('refuses the version after the ten thousandth', async () => {
    await publish('1.0.0');
    await api.prisma.$executeRaw`
      INSERT INTO server_versions (id, organization_id, server_id, version, manifest, manifest_digest, state, state_changed_at,
        publisher_id, published_at, approval_rules, track)
      SELECT 'ver_cap_' || n, v.organization_id, v.server_id, '0.0.' || n, v.manifest, 'sha256:' || n, 'active', now(),
        v.publisher_id, v.published_at, '{}', 'listed'
      FROM server_versions v, generate_series(1, 9999) n WHERE v.server_name = ${name}`;
    expect(await publish('1.0.1')).toMatchObject({ status: 400, body: { code: 'TOO_MANY_VERSIONS' } });
    expect((await publish('1.0.0')).status).toBe(200);
  });

  it('judges a manifest for anybody, always with 200', async () => {
    const judge = (body: unknown) => send('POST', '/v0.1/validate', body, null);
    expect(await judge(manifestOf('com.example/xy', '1.0.0'))).toEqual({
      status: 200,
      body: { valid: true, issues: [] },
    });
    const { status, body } = await judge(
      manifestOf('com.example/xy', 'latest', { remotes: [{ type: 'sse', url: 'ftp://x' }] }),
    );
    expect([status, body['valid']]).toEqual([200, false]);
    for (const issue of body['issues'] as JsonObject[]) {
      expect(Object.keys(issue).sort()).toEqual(['message', 'path', 'reference', 'severity', 'type']);
    }
    for (const odd of [[], 'text', 5, null])
      expect(await judge(odd)).toMatchObject({ status: 200, body: { valid: false } });
    const old = manifestOf('com.example/xy', '1.0.0', {
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-10-17/server.schema.json',
    });
    expect(await judge(old)).toMatchObject({ body: { valid: true, issues: [{ severity: 'warning' }] } });
  });

  it('moves a version through all statuses and back', async () => {
    await publish('1.0.0');
    const set = (body: unknown) => send('PATCH', `${at('1.0.0')}/status`, body);
    const official = ({ body }: Answer) => (body['_meta'] as Record<string, JsonObject>)[OFFICIAL];
    const deprecated = await set({ status: 'deprecated', statusMessage: 'Use 2.0.0.' });
    expect([deprecated.status, official(deprecated)]).toEqual([
      200,
      expect.objectContaining({ status: 'deprecated', statusMessage: 'Use 2.0.0.', isLatest: true }),
    ]);
    expect(official(await set({ status: 'deleted' }))).toMatchObject({ status: 'deleted' });
    expect((await send('GET', at('1.0.0'))).status).toBe(404);
    const active = await set({ status: 'active' });
    expect(official(active)).toMatchObject({ status: 'active' });
    expect(official(active)).not.toHaveProperty('statusMessage');
    expect(await set({ status: 'active' })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('No changes') },
    });
  });

  it.each([
    [{ status: 'gone' }, 400, 'body.status'],
    [{ status: 'active', statusMessage: 'x' }, 400, 'body.statusMessage'],
    [{ status: 'deleted', statusMessage: 'x'.repeat(501) }, 422, 'body.statusMessage'],
    [{ status: 'deleted', statusMessage: 5 }, 422, 'body.statusMessage'],
    [{ status: 1 }, 422, 'body.status'],
    [{}, 422, 'body.status'],
    [[], 422, 'body'],
  ])('answers the status update %j with %i', async (body, status, location) => {
    await publish('1.0.0');
    expect(await send('PATCH', `${at('1.0.0')}/status`, body)).toMatchObject({
      status,
      body: { errors: [{ location }] },
    });
    expect((await send('PATCH', `${at('1.0.0')}/status`, body, null)).status).toBe(401);
  });

  it('moves all versions of a server together', async () => {
    for (const version of ['1.0.0', '1.1.0', 'nightly']) await publish(version);
    const all = `/v0.1/servers/${encodeURIComponent(name)}/status`;
    const answer = await send('PATCH', all, { status: 'deprecated', statusMessage: 'Gone soon.' });
    expect(answer).toMatchObject({ status: 200, body: { updatedCount: 3 } });
    expect(answer.body['servers']).toHaveLength(3);
    expect((await send('PATCH', all, { status: 'deprecated', statusMessage: 'Gone soon.' })).status).toBe(400);
    const unknown = `/v0.1/servers/${encodeURIComponent(`${team.namespace}/none`)}/status`;
    expect((await send('PATCH', unknown, { status: 'deleted' })).status).toBe(404);
    const stranger = await (await (await open.team(`other${count}`)).maintainer(`m${count}`)).token();
    expect((await send('PATCH', all, { status: 'deleted' }, stranger)).status).toBe(404);
  });
});
