import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonValue } from '@rollcall/kernel';
import {
  type ControlPlane,
  contractOf,
  GREET_TOOL,
  manifestOf,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  STRICTER_GREET_TOOL,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { PublishService, RegistryService, ServerCatalog } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let payments: TeamSeed;
let olivia: PersonSeed;
let ci: PersonSeed;
let oscar: PersonSeed;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  payments = await acme.team('payments');
  olivia = await payments.maintainer('olivia');
  ci = await payments.developer('ci');
  oscar = await (await acme.team('marketing')).maintainer('oscar');
});

const nameOf = (server: string) => `${payments.namespace}/${server}`;
const captured = (tools = [GREET_TOOL]) => contractOf(tools) as unknown as JsonValue;
const events = (topic: string) => plane.prisma.outboxEvent.count({ where: { organizationId: acme.id, topic } });

describe('publishing', () => {
  it('makes a draft with its transition, audit event and outbox event', async () => {
    const version = await ci.publishes(nameOf('ledger'), '1.0.0');
    expect(await version.row()).toMatchObject({ state: 'draft', isLatest: false, publisherId: ci.id });
    const transitions = await plane.prisma.transition.findMany({ where: { versionId: version.id } });
    expect(transitions).toMatchObject([{ fromState: null, toState: 'draft', actorHandle: 'ci' }]);
    expect(await events('version.published')).toBe(1);
    const audit = await plane.prisma.auditEvent.findMany({
      where: { organizationId: acme.id, action: 'version.publish' },
    });
    expect(audit).toMatchObject([{ subject: `version:${nameOf('ledger')}@1.0.0`, actorHandle: 'ci' }]);
  });

  it('twice with the same manifest, in any key order, changes nothing', async () => {
    const first = await ci.publishes(nameOf('ledger'), '1.0.0');
    const reversed = Object.fromEntries(Object.entries(manifestOf(nameOf('ledger'), '1.0.0')).reverse());
    const again = await plane.get(PublishService).publish(olivia.context(), { manifest: reversed });
    expect(again).toEqual({ versionId: first.id, created: false, gate: null });
    expect(await events('version.published')).toBe(1);
  });

  it('twice at once makes one version', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => ci.publishes(nameOf('ledger'), '1.0.0')));
    expect(new Set(all.map((one) => one.id)).size).toBe(1);
    expect(await events('version.published')).toBe(1);
  });

  it('of many servers at once does not starve the connection pool', async () => {
    const began = Date.now();
    await Promise.all(Array.from({ length: 30 }, (_, n) => ci.publishes(nameOf(`s${n}`), '1.0.0')));
    expect(Date.now() - began).toBeLessThan(9_000);
  });

  it('refuses another manifest under a published number', async () => {
    await ci.publishes(nameOf('ledger'), '1.0.0');
    const manifest = manifestOf(nameOf('ledger'), '1.0.0', { description: 'Something else.' });
    await expect(ci.publishes(nameOf('ledger'), '1.0.0', { manifest })).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
    });
  });

  it.each([
    ['a namespace of another team', 'marketing'],
    ['a namespace that nobody owns', 'nowhere'],
  ])('refuses %s with the same answer', async (_what, team) => {
    const name = `com.${acme.slug}.${team}/ledger`;
    await expect(ci.publishes(name, '1.0.0')).rejects.toMatchObject({ code: 'NAMESPACE_NOT_OWNED' });
  });

  it('refuses a namespace that another organization owns', async () => {
    const other = await seed(plane).organization(`other${count}`);
    const theirs = await other.team('payments');
    await expect(ci.publishes(`${theirs.namespace}/xy`, '1.0.0')).rejects.toMatchObject({
      code: 'NAMESPACE_NOT_OWNED',
    });
  });

  it('refuses a member without the right, and an invalid manifest', async () => {
    const riley = await acme.reviewer('riley');
    await expect(riley.publishes(nameOf('ledger'), '1.0.0')).rejects.toMatchObject({ code: 'NAMESPACE_NOT_OWNED' });
    await expect(ci.publishes(nameOf('ledger'), '^1.0.0')).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
  });

  it('refuses an alias that another server uses, also at once', async () => {
    await ci.publishes(nameOf('ledger'), '1.0.0', { alias: 'books' });
    await expect(ci.publishes(nameOf('other'), '1.0.0', { alias: 'books' })).rejects.toMatchObject({
      code: 'ALIAS_TAKEN',
    });
    const both = await Promise.allSettled([
      ci.publishes(nameOf('one'), '1.0.0', { alias: 'same' }),
      ci.publishes(nameOf('two'), '1.0.0', { alias: 'same' }),
    ]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = both.find((one) => one.status === 'rejected');
    expect(refused).toMatchObject({ reason: { code: 'ALIAS_TAKEN' } });
    await expect(ci.publishes(nameOf('third'), '1.0.0', { alias: 'A B' })).rejects.toMatchObject({
      code: 'ALIAS_INVALID',
    });
  });

  describe('with a captured contract', () => {
    beforeEach(async () => {
      const first = await ci.publishes(nameOf('ledger'), '1.0.0');
      await first.seen();
    });

    it.each(['1.0.1', '1.1.0'])('refuses a breaking change as %s', async (version) => {
      const contract = captured([STRICTER_GREET_TOOL]);
      await expect(ci.publishes(nameOf('ledger'), version, { contract })).rejects.toMatchObject({
        code: 'SEMVER_MAJOR_REQUIRED',
        details: { comparison: { conclusion: 'breaking' } },
      });
      expect(await plane.prisma.serverVersion.count({ where: { organizationId: acme.id, version } })).toBe(0);
    });

    it('lets it pass as a new major version, with the verdict', async () => {
      const input = { manifest: manifestOf(nameOf('ledger'), '2.0.0'), contract: captured([STRICTER_GREET_TOOL]) };
      const result = await plane.get(PublishService).publish(ci.context(), input);
      expect(result.gate).toMatchObject({ allowed: true, required: 'major' });
    });

    it('only warns where the organization says so', async () => {
      await plane.prisma.organization.update({ where: { id: acme.id }, data: { policy: { semver: 'warn' } } });
      const input = { manifest: manifestOf(nameOf('ledger'), '1.0.1'), contract: captured([STRICTER_GREET_TOOL]) };
      const result = await plane.get(PublishService).publish(ci.context(), input);
      expect(result).toMatchObject({ created: true, gate: { allowed: false, code: 'SEMVER_MAJOR_REQUIRED' } });
    });

    it('refuses a document that is no contract', async () => {
      const contract = { format: 'rollcall.contract.v1', digest: 'sha256:forged', members: [] };
      await expect(ci.publishes(nameOf('ledger'), '1.1.0', { contract })).rejects.toMatchObject({
        code: 'CONTRACT_INVALID',
      });
    });
  });
});

describe('a published version', () => {
  it.each([
    `UPDATE server_versions SET manifest = '{}'`,
    `UPDATE server_versions SET manifest_digest = 'x'`,
    `UPDATE server_versions SET version = '9.9.9'`,
    `UPDATE server_versions SET publisher_id = 'x'`,
  ])('refuses %s in the database', async (sql) => {
    const { id } = await ci.publishes(nameOf('ledger'), '1.0.0');
    await expect(plane.prisma.$executeRawUnsafe(`${sql} WHERE id = '${id}'`)).rejects.toThrow('immutable');
  });

  it('keeps its approved contract, and a contract its content', async () => {
    const version = await ci.publishes(nameOf('ledger'), '1.0.0');
    const reviewer = await acme.reviewer('riley');
    await version.reaches('staging', { owner: olivia, reviewer });
    const change = `UPDATE server_versions SET approved_contract_digest = NULL WHERE id = '${version.id}'`;
    await expect(plane.prisma.$executeRawUnsafe(change)).rejects.toThrow('immutable');
    await expect(plane.prisma.$executeRawUnsafe(`UPDATE contracts SET contract = '{}'`)).rejects.toThrow('append-only');
    await expect(plane.prisma.$executeRawUnsafe('DELETE FROM transitions')).rejects.toThrow('append-only');
  });
});

describe('the catalogue', () => {
  it('shows a team its own servers and nobody else', async () => {
    const version = await ci.publishes(nameOf('ledger'), '1.0.0');
    const { serverId } = await version.row();
    const catalog = plane.get(ServerCatalog);
    const outsiders = [oscar, await acme.nobody('norman')];
    const other = await seed(plane).organization(`other${count}`);
    outsiders.push(await other.admin('mallory'), await (await other.team('payments')).maintainer('mel'));
    for (const outsider of outsiders) {
      const ctx = outsider.context();
      const missing = { code: 'NOT_FOUND' };
      await expect(catalog.server(ctx, { byId: serverId })).rejects.toMatchObject(missing);
      await expect(catalog.server(ctx, { byName: nameOf('ledger') })).rejects.toMatchObject(missing);
      await expect(catalog.version(ctx, { byId: version.id })).rejects.toMatchObject(missing);
      const byName = { server: nameOf('ledger'), version: '1.0.0' };
      await expect(catalog.version(ctx, { byName })).rejects.toMatchObject(missing);
      expect((await catalog.page(ctx, { first: 10 })).items).toEqual([]);
      expect((await catalog.page(ctx, { first: 10, search: 'ledger' })).items).toEqual([]);
      expect((await catalog.namespaces(ctx)).map((one) => one.name)).not.toContain(payments.namespace);
    }
    for (const insider of [olivia, ci, await acme.auditor('aud'), await acme.admin('ada')]) {
      expect((await catalog.page(insider.context(), { first: 10 })).items).toHaveLength(1);
      expect(await catalog.version(insider.context(), { byId: version.id })).toMatchObject({ version: '1.0.0' });
    }
  });

  it('answers FORBIDDEN for what is visible and not allowed', async () => {
    const version = await ci.publishes(nameOf('ledger'), '1.0.0');
    const auditor = await acme.auditor('aud');
    const catalog = plane.get(ServerCatalog);
    const refused = { code: 'FORBIDDEN' };
    await expect(catalog.version(auditor.context(), version.ref, 'endpoint.set')).rejects.toMatchObject(refused);
    const server = { byName: nameOf('ledger') };
    await expect(catalog.server(auditor.context(), server, 'grant.create')).rejects.toMatchObject(refused);
  });

  it('pages through everything once, and takes no foreign cursor', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await ci.publishes(nameOf(`s-${name}`), '1.0.0');
    const catalog = plane.get(ServerCatalog);
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; more = after !== null) {
      const page = await catalog.page(olivia.context(), { first: 2, after });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map((one) => one.alias));
      after = page.next;
    }
    expect(seen).toEqual(['s-a', 's-b', 's-c', 's-d', 's-e']);
    await expect(catalog.page(olivia.context(), { first: 2, after: 'nonsense' })).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
  });

  it.each(['%', '_', '\\', 'a%', "'"])('searches for %j as text, not as a pattern', async (search) => {
    await ci.publishes(nameOf('ledger'), '1.0.0');
    expect((await plane.get(ServerCatalog).page(olivia.context(), { first: 10, search })).items).toEqual([]);
  });
});

describe('an environment', () => {
  const create =
    (name: string, kind: 'staging' | 'production' = 'production', by?: PersonSeed) =>
    async () =>
      plane
        .get(RegistryService)
        .createEnvironment((by ?? (await acme.admin(`ada${++count}`))).context(), { name, kind });

  it('is made by an administrator, last in order, once, with a policy compiled for it', async () => {
    const first = await create('production-eu')();
    expect(first).toMatchObject({ kind: 'production', position: 2 });
    expect(await events('policy.changed')).toBe(1);
    expect(await create('production-eu')()).toEqual(first);
    expect(await events('policy.changed')).toBe(1);
    await expect(create('production-eu', 'staging')()).rejects.toMatchObject({ code: 'ENVIRONMENT_TAKEN' });
    await expect(create('eu-2', 'staging', olivia)()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const names = ['', 'Upper', 'a/b', '-a', 'a-', 'a'.repeat(64), 'a b'];
    for (const name of names) await expect(create(name)()).rejects.toMatchObject({ code: 'ENVIRONMENT_INVALID' });
  });

  it('made by several at once gets a place of its own, and there are twenty at most', async () => {
    const ada = await acme.admin('ada');
    await Promise.all(Array.from({ length: 18 }, (_, n) => create(`env-${n}`, 'staging', ada)()));
    const rows = await plane.prisma.environment.findMany({ where: { organizationId: acme.id } });
    expect(new Set(rows.map((row) => row.position)).size).toBe(20);
    await expect(create('one-more', 'staging', ada)()).rejects.toMatchObject({ code: 'TOO_MANY_ENVIRONMENTS' });
  });
});

describe('surroundings of a version', () => {
  it('are claimed by an administrator only', async () => {
    const claim = (who: PersonSeed, name: string, team = 'payments') =>
      plane.get(RegistryService).claimNamespace(who.context(), { name, team });
    await expect(claim(olivia, 'com.new')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const ada = await acme.admin('ada');
    await claim(ada, 'com.new');
    await claim(ada, 'com.new');
    await expect(claim(ada, 'com.new', 'marketing')).rejects.toMatchObject({ code: 'NAMESPACE_TAKEN' });
    await expect(claim(ada, 'acme')).rejects.toMatchObject({ code: 'NAMESPACE_INVALID' });
    await expect(claim(ada, 'com.other', 'nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    { url: 'ftp://example.com' },
    { url: 'https://user:secret@example.com/mcp' },
    { url: '/mcp' },
    { url: null },
    { url: 'https://example.com', launcher: 'x' },
    { transport: 'websocket' as const, url: 'https://example.com/mcp' },
    { transport: 'websocket' as const, url: 'wss://user:secret@example.com/mcp' },
    { url: 'wss://example.com/mcp' },
    { transport: 'stdio' as const, launcher: '../sh' },
    { transport: 'stdio' as const, launcher: 'ok', url: 'https://example.com' },
    { transport: 'stdio' as const },
  ])('refuse the endpoint %j', async (endpoint) => {
    const version = await ci.publishes(nameOf('ledger'), '1.0.0');
    const input = { version: version.ref, environment: 'staging', transport: 'streamable-http' as const, ...endpoint };
    await expect(plane.get(RegistryService).setEndpoint(ci.context(), input)).rejects.toMatchObject({
      code: 'ENDPOINT_INVALID',
    });
  });

  it('say where a version runs, by its own team only', async () => {
    const version = await ci.publishes(nameOf('ledger'), '1.0.0');
    const set = (who: PersonSeed, url: string) =>
      plane.get(RegistryService).setEndpoint(who.context(), {
        version: version.ref,
        environment: 'production',
        transport: 'streamable-http',
        url,
      });
    await set(olivia, 'https://one.example.com/mcp');
    await set(olivia, 'https://two.example.com/mcp');
    await expect(set(ci, 'https://mine.example.com/mcp')).rejects.toMatchObject({
      details: { rule: 'production_endpoint' },
    });
    const rows = await plane.prisma.endpoint.findMany({ where: { versionId: version.id } });
    expect(rows).toMatchObject([{ url: 'https://two.example.com/mcp' }]);
    await expect(set(oscar, 'https://evil.example.com')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const auditor = await acme.auditor('aud');
    await expect(set(auditor, 'https://evil.example.com')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await events('endpoint.set')).toBe(2);
  });
});
