import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Runtime } from '@rollcall/access';
import { DAY_MS } from '@rollcall/kernel';
import {
  type ControlPlane,
  manifestOf,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { type RegistryStatusInput, StatusService, TransitionService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let payments: TeamSeed;
let olivia: PersonSeed;
let ci: PersonSeed;
let riley: PersonSeed;
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
  riley = await acme.reviewer('riley');
});

/** A version as a direct publish through the registry API leaves it. */
async function listed(name: string, version: string, remote?: string) {
  const { ids } = plane.get(Runtime);
  plane.clock.advance(1000);
  const at = plane.clock.now();
  const key = { organizationId_name: { organizationId: acme.id, name } };
  const namespace = await plane.prisma.namespace.findFirstOrThrow({ where: { organizationId: acme.id } });
  const common = { organizationId: acme.id, createdAt: at };
  const server = await plane.prisma.server.upsert({
    where: key,
    create: {
      ...common,
      id: ids.next('srv'),
      namespaceId: namespace.id,
      teamId: payments.id,
      name,
      alias: name.split('/')[1] ?? '',
      description: '',
    },
    update: {},
  });
  const remotes = remote === undefined ? {} : { remotes: [{ type: 'streamable-http', url: remote }] };
  return plane.prisma.serverVersion.create({
    data: {
      id: ids.next('ver'),
      organizationId: acme.id,
      serverId: server.id,
      track: 'listed',
      version,
      manifest: manifestOf(name, version, remotes),
      manifestDigest: 'sha256:x',
      state: 'active',
      stateChangedAt: at,
      updatedAt: at,
      publisherId: ci.id,
      publishedAt: at,
      approvalRules: {},
    },
  });
}

const name = (server: string) => `${payments.namespace}/${server}`;
const set = (who: PersonSeed, server: string, version: string, input: RegistryStatusInput) =>
  plane.get(StatusService).set(who.context(), { server: name(server), version }, input);
const setAll = (who: PersonSeed, server: string, input: RegistryStatusInput) =>
  plane.get(StatusService).setAll(who.context(), name(server), input);
const row = (id: string) => plane.prisma.serverVersion.findUniqueOrThrow({ where: { id } });
const later = () => plane.clock.advance(1000);

describe('the status of a listed version', () => {
  it('goes from any to any, with transition, audit and outbox each time', async () => {
    const one = await listed(name('ledger'), '1.0.0');
    for (const status of ['deleted', 'deprecated', 'active', 'deprecated', 'deleted', 'active'] as const) {
      later();
      await set(ci, 'ledger', '1.0.0', { status });
    }
    const steps = await plane.prisma.transition.findMany({ where: { versionId: one.id }, orderBy: { at: 'asc' } });
    expect(steps.map(({ fromState, toState }) => `${fromState}>${toState}`)).toEqual([
      'active>decommissioned',
      'decommissioned>deprecated',
      'deprecated>active',
      'active>deprecated',
      'deprecated>decommissioned',
      'decommissioned>active',
    ]);
    const where = { organizationId: acme.id };
    expect(await plane.prisma.auditEvent.count({ where: { ...where, action: 'version.status' } })).toBe(6);
    expect(await plane.prisma.outboxEvent.count({ where: { ...where, topic: 'version.transitioned' } })).toBe(6);
    expect(await plane.prisma.outboxEvent.count({ where: { ...where, topic: 'policy.changed' } })).toBe(0);
    expect(await row(one.id)).toMatchObject({ state: 'active', isLatest: true, statusMessage: null });
  });

  it('keeps when it changed apart from when its words did', async () => {
    const { id } = await listed(name('ledger'), '1.0.0');
    later();
    await set(ci, 'ledger', '1.0.0', { status: 'deprecated', message: 'Use 2.' });
    const first = await row(id);
    expect(first).toMatchObject({ state: 'deprecated', statusMessage: 'Use 2.', updatedAt: plane.clock.now() });
    later();
    await set(ci, 'ledger', '1.0.0', { status: 'deprecated', message: 'Use 3.' });
    const second = await row(id);
    expect(second).toMatchObject({ statusMessage: 'Use 3.', stateChangedAt: first.stateChangedAt });
    expect(second.updatedAt).toEqual(plane.clock.now());
    const again = set(ci, 'ledger', '1.0.0', { status: 'deprecated', message: 'Use 3.' });
    await expect(again).rejects.toMatchObject({ code: 'NO_CHANGES' });
    later();
    await set(ci, 'ledger', '1.0.0', { status: 'active' });
    expect(await row(id)).toMatchObject({ state: 'active', statusMessage: null });
  });

  it('refuses what is not a status, a message with active and one that is too long', async () => {
    await listed(name('ledger'), '1.0.0');
    const bad: RegistryStatusInput[] = [
      { status: 'gone' as 'active' },
      { status: 'active', message: 'Hello.' },
      { status: 'deleted', message: 'x'.repeat(501) },
    ];
    for (const input of bad) {
      await expect(set(ci, 'ledger', '1.0.0', input)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      await expect(setAll(ci, 'ledger', input)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
  });

  it('cannot come back to an address that another server took meanwhile', async () => {
    await listed(name('ledger'), '1.0.0', 'https://mcp.example.com/a');
    await set(ci, 'ledger', '1.0.0', { status: 'deleted' });
    await listed(name('other'), '1.0.0', 'https://mcp.example.com/a');
    const refused = { code: 'GUARD_UNMET', message: expect.stringContaining(name('other')) };
    await expect(set(ci, 'ledger', '1.0.0', { status: 'active' })).rejects.toMatchObject(refused);
    await expect(setAll(ci, 'ledger', { status: 'deprecated' })).rejects.toMatchObject(refused);
    await set(ci, 'other', '1.0.0', { status: 'deleted' });
    await set(ci, 'ledger', '1.0.0', { status: 'active' });
  });

  it('is for those who publish there, within what their credential covers', async () => {
    await listed(name('ledger'), '1.0.0');
    const oscar = await (await acme.team('marketing')).maintainer('oscar');
    const deleted = { status: 'deleted' } as const;
    await expect(set(oscar, 'ledger', '1.0.0', deleted)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(setAll(oscar, 'ledger', deleted)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(set(riley, 'ledger', '1.0.0', deleted)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(setAll(riley, 'ledger', deleted)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const limited = (...serverNames: string[]) => ({ ...ci.context(), serverNames });
    const service = plane.get(StatusService);
    const ref = { server: name('ledger'), version: '1.0.0' };
    for (const pattern of [name('led'), 'com.other/*', `${payments.namespace}`]) {
      const refused = { code: 'FORBIDDEN' };
      await expect(service.set(limited(pattern), ref, deleted)).rejects.toMatchObject(refused);
      await expect(service.setAll(limited(pattern), ref.server, deleted)).rejects.toMatchObject(refused);
    }
    await service.set(limited('com.other/*', `${payments.namespace}/*`), ref, deleted);
    await service.setAll(limited(ref.server), ref.server, { status: 'deprecated' });
  });

  it('never meets the steps of the governed track', async () => {
    const { id } = await listed(name('ledger'), '1.0.0');
    for (const to of ['draft', 'in_review', 'staging', 'canary', 'rejected'] as const) {
      const moved = plane.get(TransitionService).transition(olivia.context(), { version: { byId: id }, to });
      await expect(moved).rejects.toMatchObject({ code: 'NO_SUCH_TRANSITION' });
    }
  });
});

describe('the status of all versions of a server', () => {
  it('changes in one go, and is refused when nothing would change', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) await listed(name('ledger'), version);
    await set(ci, 'ledger', '1.1.0', { status: 'deprecated', message: 'Old.' });
    later();
    expect(await setAll(ci, 'ledger', { status: 'deprecated', message: 'Moved.' })).toEqual({ updated: 3 });
    const rows = await plane.prisma.serverVersion.findMany({ where: { organizationId: acme.id } });
    for (const one of rows) expect(one).toMatchObject({ state: 'deprecated', statusMessage: 'Moved.' });
    expect(rows.filter((one) => one.isLatest).map((one) => one.version)).toEqual(['2.0.0']);
    expect(rows.filter((one) => one.stateChangedAt < plane.clock.now()).map((one) => one.version)).toEqual(['1.1.0']);
    const again = setAll(ci, 'ledger', { status: 'deprecated', message: 'Moved.' });
    await expect(again).rejects.toMatchObject({ code: 'NO_CHANGES' });
    const steps = await plane.prisma.transition.findMany({ where: { organizationId: acme.id } });
    const audit = await plane.prisma.auditEvent.findMany({
      where: { organizationId: acme.id, action: 'version.status' },
    });
    for (const step of steps) expect(JSON.stringify(audit.map((one) => one.data))).toContain(step.id);
  });

  it('is written once when many ask at once', async () => {
    for (const version of ['1.0.0', '1.1.0']) await listed(name('ledger'), version);
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => setAll(ci, 'ledger', { status: 'deleted' })));
    expect(all.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    expect(await plane.prisma.transition.count({ where: { organizationId: acme.id } })).toBe(2);
  });

  it('changes thousands in one transaction', async () => {
    const { serverId, ...one } = await listed(name('ledger'), '0.0.0');
    await plane.prisma.$executeRaw`
      INSERT INTO server_versions (id, organization_id, server_id, track, version, manifest, manifest_digest, state,
        state_changed_at, publisher_id, published_at, approval_rules)
      SELECT 'bulk_' || ${count}::int || '_' || n, ${acme.id}, ${serverId}, 'listed', '1.0.' || n, ${JSON.stringify(one.manifest)}::jsonb, 'd',
        'active', now(), ${ci.id}, now(), '{}'::jsonb FROM generate_series(1, 2999) n`;
    expect(await setAll(ci, 'ledger', { status: 'deprecated', message: 'Bye.' })).toEqual({ updated: 3000 });
    expect(await plane.prisma.transition.count({ where: { organizationId: acme.id } })).toBe(3000);
    const latest = await plane.prisma.serverVersion.findMany({ where: { serverId, isLatest: true } });
    expect(latest.map((row) => row.version)).toEqual(['1.0.2999']);
  });
});

describe('the status of a governed version', () => {
  async function active(version = '1.0.0') {
    const subject = await ci.publishes(name('vault'), version);
    await subject.reaches('active', { owner: olivia, reviewer: riley });
    return subject;
  }

  it('deprecates with the shortest window there is, says so, and comes back', async () => {
    const version = await active();
    await expect(set(ci, 'vault', '1.0.0', { status: 'deprecated' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await set(olivia, 'vault', '1.0.0', { status: 'deprecated', message: 'Use the new one.' });
    const { deprecation, statusMessage, state } = await version.row();
    expect({ statusMessage, state }).toEqual({ statusMessage: 'Use the new one.', state: 'deprecated' });
    const { sunsetAt, successor, message } = deprecation as { sunsetAt: string; successor: null; message: string };
    expect({ successor, message }).toEqual({ successor: null, message: 'Use the new one.' });
    expect((Date.parse(sunsetAt) - plane.clock.now().getTime()) / DAY_MS).toBeCloseTo(30, 2);
    await set(olivia, 'vault', '1.0.0', { status: 'deprecated', message: 'Really.' });
    expect(await version.row()).toMatchObject({
      statusMessage: 'Really.',
      deprecation: { message: 'Really.', sunsetAt },
    });
    const gone = set(olivia, 'vault', '1.0.0', { status: 'deleted' });
    await expect(gone).rejects.toMatchObject({
      code: 'GUARD_UNMET',
      message: expect.stringContaining('sunset_passed'),
    });
    await set(olivia, 'vault', '1.0.0', { status: 'active' });
    expect(await version.row()).toMatchObject({ state: 'active', deprecation: null, statusMessage: null });
  });

  it('has no short way: what is live is announced before it ends, and a draft is not set active', async () => {
    await active();
    await ci.publishes(name('vault'), '1.1.0');
    const none = { code: 'NO_SUCH_TRANSITION' };
    await expect(set(olivia, 'vault', '1.0.0', { status: 'deleted' })).rejects.toMatchObject(none);
    await expect(set(olivia, 'vault', '1.1.0', { status: 'active' })).rejects.toMatchObject(none);
    await expect(setAll(olivia, 'vault', { status: 'deleted' })).rejects.toMatchObject(none);
    await expect(setAll(olivia, 'vault', { status: 'active' })).rejects.toMatchObject({ code: 'NO_CHANGES' });
  });

  it('is set for all together with the listed ones, all or none', async () => {
    const governed = await active();
    const other = await listed(name('vault'), '9.0.0');
    await expect(setAll(ci, 'vault', { status: 'deprecated' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await row(other.id)).toMatchObject({ state: 'active' });
    expect(await setAll(olivia, 'vault', { status: 'deprecated', message: 'Over.' })).toEqual({ updated: 2 });
    expect(await governed.row()).toMatchObject({ state: 'deprecated', statusMessage: 'Over.' });
    expect(await row(other.id)).toMatchObject({ state: 'deprecated', isLatest: true });
  });
});
