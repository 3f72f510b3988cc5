import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, type JsonValue } from '@rollcall/kernel';
import { LIFECYCLE_STATES, latestVersion } from '@rollcall/lifecycle';
import {
  type ControlPlane,
  GREET_TOOL,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  STRICTER_GREET_TOOL,
  seed,
  type TeamSeed,
  WIPE_TOOL,
} from '@rollcall/testing';
import fc from 'fast-check';
import { HoldService, type TransitionInput, TransitionService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let payments: TeamSeed;
let olivia: PersonSeed;
let ci: PersonSeed;
let riley: PersonSeed;
let ada: PersonSeed;
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
  ada = await acme.admin('ada');
});

const publish = (version = '1.0.0', server = 'ledger') => ci.publishes(`${payments.namespace}/${server}`, version);
const road = () => ({ owner: olivia, reviewer: riley });
const inDays = (days: number) => new Date(plane.clock.now().getTime() + days * DAY_MS);
const canI = (who: PersonSeed, input: TransitionInput) => plane.get(TransitionService).canI(who.context(), input);
const unmet = (guard: string) => ({ code: 'GUARD_UNMET', message: expect.stringContaining(guard) });
const sweep = () => plane.get(TransitionService).sweepSunsets(() => acme.system(), plane.clock.now());
const events = (topic: string) => plane.prisma.outboxEvent.count({ where: { organizationId: acme.id, topic } });

/** A gateway that says it is alive: without one nobody knows whether a version is still called. */
async function gatewayReports(): Promise<void> {
  const gatewayId = `gw_${acme.slug}`;
  const environmentId = acme.environment('production').id;
  const base = { organizationId: acme.id, createdAt: plane.clock.now() };
  await plane.prisma.gateway.upsert({
    where: { id: gatewayId },
    create: { id: gatewayId, environmentId, principalId: gatewayId, name: 'one', ...base },
    update: {},
  });
  const status = { bootId: 'b', seq: 1, result: 'ack', epoch: 1, serial: 1, drift: [], reportedAt: plane.clock.now() };
  await plane.prisma.gatewayStatus.upsert({
    where: { gatewayId },
    create: { gatewayId, organizationId: acme.id, ...status },
    update: status,
  });
}

async function deprecated(version = '1.0.0') {
  const subject = await publish(version);
  await subject.reaches('active', road());
  await subject.moves(olivia, 'deprecated', { noSuccessor: true, sunsetAt: inDays(40) });
  return subject;
}

describe('the road of a version', () => {
  it('goes from draft to active, with the evidence of each step frozen beside it', async () => {
    const version = await publish();
    await version.reaches('active', road());
    expect(await version.row()).toMatchObject({ state: 'active', isLatest: true });
    const steps = await plane.prisma.transition.findMany({ where: { versionId: version.id }, orderBy: { at: 'asc' } });
    expect(steps.map((one) => [one.toState, one.actorHandle])).toEqual([
      ['draft', 'ci'],
      ['in_review', 'olivia'],
      ['staging', 'riley'],
      ['active', 'olivia'],
    ]);
    for (const step of steps.slice(1)) {
      const guards = step.guards as { guard: string; status: string; evidence: object }[];
      expect(guards.every((one) => one.status === 'met')).toBe(true);
    }
    expect(steps[2]?.guards).toContainEqual(
      expect.objectContaining({ guard: 'four_eyes', evidence: { publisherId: ci.id, actorId: riley.id } }),
    );
    const { contractDigest, approvedContractDigest, approvalRules } = await version.row();
    expect(approvedContractDigest).toBe(contractDigest);
    expect(approvalRules).toEqual({ '*': 'human' });
    expect(await events('version.transitioned')).toBe(3);
    const audit = await plane.prisma.auditEvent.findMany({
      where: { organizationId: acme.id, action: 'version.review' },
    });
    expect(audit).toMatchObject([{ actorHandle: 'riley', data: { from: 'in_review', to: 'staging' } }]);
  });

  it('is closed to a draft that nobody inspected, and says what is missing', async () => {
    const version = await publish();
    const refused = version.moves(olivia, 'in_review');
    await expect(refused).rejects.toMatchObject(unmet('contract_known'));
    await expect(version.moves(olivia, 'in_review')).rejects.toMatchObject(unmet('check_concluded'));
    expect(await version.row()).toMatchObject({ state: 'draft', revision: 1 });
    expect(await events('version.transitioned')).toBe(0);
    expect(await canI(olivia, { version: version.ref, to: 'in_review' })).toMatchObject({ answer: 'unknown' });
  });

  it('is closed to a contract that changed after its check', async () => {
    const version = await publish();
    await version.seen();
    await plane.prisma.serverVersion.update({ where: { id: version.id }, data: { contractDigest: 'sha256:other' } });
    await expect(version.moves(olivia, 'in_review')).rejects.toMatchObject(unmet('check_concluded'));
  });

  it('is closed to a breaking change under a minor number', async () => {
    await (await publish()).seen();
    const next = await publish('1.1.0');
    await next.seen({ tools: [STRICTER_GREET_TOOL] });
    await expect(next.moves(olivia, 'in_review')).rejects.toMatchObject(unmet('version_number_fits'));
  });

  it('needs four eyes', async () => {
    const version = await ada.publishes(`${payments.namespace}/ledger`, '1.0.0');
    await version.reaches('in_review', road());
    await expect(version.moves(ada, 'staging')).rejects.toMatchObject(unmet('four_eyes'));
    await version.moves(riley, 'staging');
  });

  it('needs a ruling on every destructive tool', async () => {
    const version = await publish();
    await version.reaches('in_review', road(), { tools: [GREET_TOOL, WIPE_TOOL] });
    await expect(version.moves(riley, 'staging')).rejects.toMatchObject(unmet('destructive_tools_ruled'));
    const bad = { approvalRules: { wipe: 'maybe' } };
    await expect(version.moves(riley, 'staging', bad)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await version.moves(riley, 'staging', { approvalRules: { wipe: 'human' } });
    expect((await version.row()).approvalRules).toEqual({ wipe: 'human' });
  });

  it('needs a staging inspection that is fresh and saw the approved contract', async () => {
    const version = await publish();
    await version.reaches('staging', road());
    const activate = () => version.moves(olivia, 'active');
    await expect(activate()).rejects.toMatchObject(unmet('staging_inspection_fresh'));
    await version.seen({ environment: 'production' });
    await expect(activate()).rejects.toMatchObject(unmet('staging_inspection_fresh'));
    await version.seen({ environment: 'staging', tools: [STRICTER_GREET_TOOL] });
    await expect(activate()).rejects.toMatchObject(unmet('staging_inspection_fresh'));
    await version.seen({ environment: 'staging' });
    plane.clock.advance(25 * HOUR_MS);
    await expect(activate()).rejects.toMatchObject(unmet('staging_inspection_fresh'));
    await version.seen({ environment: 'staging' });
    await activate();
  });

  it('has only the steps of the lifecycle, and asks for a reason where the table says so', async () => {
    const version = await publish();
    await version.reaches('in_review', road());
    await expect(version.moves(riley, 'active')).rejects.toMatchObject({ code: 'NO_SUCH_TRANSITION' });
    await expect(version.moves(riley, 'rejected')).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    await expect(version.moves(riley, 'rejected', { reason: '  ' })).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    await version.moves(riley, 'rejected', { reason: 'No owner on call.' });
  });

  it('is not there for another team or organization, and forbidden without the role', async () => {
    const version = await publish();
    await version.reaches('in_review', road());
    const oscar = await (await acme.team('marketing')).maintainer('oscar');
    const mallory = await (await seed(plane).organization(`other${count}`)).admin('mallory');
    for (const outsider of [oscar, mallory]) {
      await expect(version.moves(outsider, 'staging')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(canI(outsider, { version: version.ref, to: 'staging' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    }
    for (const insider of [olivia, ci, await acme.auditor('aud')]) {
      await expect(version.moves(insider, 'staging')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    await version.moves(riley, 'staging');
    await expect(version.moves(ci, 'active')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(version.moves(riley, 'active')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is taken once when many take the same step at once', async () => {
    const version = await publish();
    await version.reaches('staging', road());
    await version.seen({ environment: 'staging' });
    const all = await Promise.allSettled(Array.from({ length: 12 }, () => version.moves(olivia, 'active')));
    expect(all.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    const refusals = all.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code: string }).code] : []));
    expect(new Set(refusals)).toEqual(new Set(['NO_SUCH_TRANSITION']));
    expect(await plane.prisma.transition.count({ where: { versionId: version.id, toState: 'active' } })).toBe(1);
  });
});

describe('the end of a version', () => {
  it('needs a successor or the word that there is none, and a sunset far enough away', async () => {
    const version = await publish();
    await version.reaches('active', road());
    const end = (more: Partial<TransitionInput>) => version.moves(olivia, 'deprecated', more);
    await expect(end({ sunsetAt: inDays(40) })).rejects.toMatchObject(unmet('successor_declared'));
    await expect(end({ noSuccessor: true })).rejects.toMatchObject(unmet('sunset_window'));
    await expect(end({ noSuccessor: true, sunsetAt: inDays(29) })).rejects.toMatchObject(unmet('sunset_window'));
    const next = await publish('1.1.0');
    const successor = { server: next.name, version: next.version, tools: { greet: 'hello' } };
    await expect(end({ successor, sunsetAt: inDays(40) })).rejects.toMatchObject(unmet('successor_declared'));
    const unknown = { server: next.name, version: '9.9.9' };
    await expect(end({ successor: unknown, sunsetAt: inDays(40) })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await next.reaches('active', road());
    const odd = { ...successor, tools: [1] as JsonValue };
    await expect(end({ successor: odd, sunsetAt: inDays(40) })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    const sunsetAt = inDays(40);
    await end({ successor, sunsetAt });
    expect((await version.row()).deprecation).toMatchObject({ sunsetAt: sunsetAt.toISOString(), successor });
  });

  it('can be taken back before it comes, and then nothing announces it any more', async () => {
    const version = await deprecated();
    await version.moves(olivia, 'active', { reason: 'Still needed.' });
    expect(await version.row()).toMatchObject({ state: 'active', deprecation: null });
  });

  it('cannot be taken back once it has come', async () => {
    const version = await deprecated();
    plane.clock.advance(41 * DAY_MS);
    const back = version.moves(olivia, 'active', { reason: 'Oh.' });
    await expect(back).rejects.toMatchObject(unmet('before_sunset'));
  });

  it('is carried out by the sweep once, also when two sweep at once', async () => {
    const version = await deprecated();
    await gatewayReports();
    expect(await sweep()).toEqual([]);
    plane.clock.advance(41 * DAY_MS);
    await gatewayReports();
    const ended = await Promise.all([sweep(), sweep(), sweep()]);
    expect(ended.flat()).toEqual([version.id]);
    expect(await sweep()).toEqual([]);
    const where = { versionId: version.id, toState: 'decommissioned' };
    expect(await plane.prisma.transition.findMany({ where })).toMatchObject([{ actorHandle: 'rollcall' }]);
  });

  it('waits for the last callers and for gateways that are silent', async () => {
    const version = await deprecated();
    plane.clock.advance(41 * DAY_MS);
    expect(await sweep()).toEqual([]); // no gateway ever said anything
    await gatewayReports();
    const hour = new Date(Math.floor(plane.clock.now().getTime() / HOUR_MS) * HOUR_MS);
    const call = { alias: 'ledger', version: '1.0.0', tool: 'greet', agentId: 'agt_1', ok: 1, refused: 0, errors: 0 };
    const environmentId = acme.environment('production').id;
    await plane.prisma.usageHour.create({ data: { organizationId: acme.id, environmentId, hour, ...call } });
    expect(await sweep()).toEqual([]);
    expect(await canI(olivia, { version: version.ref, to: 'decommissioned' })).toMatchObject({ answer: 'no' });
    plane.clock.advance(8 * DAY_MS);
    expect(await sweep()).toEqual([]); // the gateway has fallen silent meanwhile
    await gatewayReports();
    expect(await sweep()).toEqual([version.id]);
  });

  it('can be forced by an administrator with a reason, and by nobody else', async () => {
    const version = await deprecated();
    const force = (who: PersonSeed, more: Partial<TransitionInput> = {}) =>
      version.moves(who, 'decommissioned', { override: true, reason: 'It leaks.', ...more });
    await expect(force(olivia)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(force(ada, { reason: ' ' })).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    await expect(force(ada, { override: false })).rejects.toMatchObject(unmet('sunset_passed'));
    const id = await force(ada);
    const step = await plane.prisma.transition.findUniqueOrThrow({ where: { id } });
    expect(step).toMatchObject({ overridden: true, reason: 'It leaks.', actorHandle: 'ada' });
    expect((step.guards as { status: string }[]).some((one) => one.status !== 'met')).toBe(true);
  });

  it('is the only step whose guards can be overridden', async () => {
    const version = await publish();
    await version.reaches('staging', road());
    const forced = version.moves(ada, 'active', { override: true, reason: 'Hurry.' });
    await expect(forced).rejects.toMatchObject({ code: 'NOT_OVERRIDABLE' });
  });
});

describe('latest', () => {
  const STATES = ['draft', 'active', 'deprecated', 'decommissioned'] as const;

  it('follows the rule and is never held by two, whatever happens at once', async () => {
    const one = await deprecated('2.0.0');
    const two = await publish('1.0.0');
    await two.reaches('staging', road());
    await two.seen({ environment: 'staging' });
    await Promise.all([
      two.moves(olivia, 'active'),
      one.moves(ada, 'decommissioned', { override: true, reason: 'Now.' }),
    ]);
    expect(await one.row()).toMatchObject({ state: 'decommissioned', isLatest: false });
    expect(await two.row()).toMatchObject({ state: 'active', isLatest: true });
  });

  it('is right after any sequence of steps and holds', async () => {
    const versions = [await publish('1.0.0'), await publish('1.1.0'), await publish('2.0.0-rc.1')];
    for (const version of versions) {
      await version.reaches('staging', road());
      await version.seen({ environment: 'staging' });
    }
    const step = fc.record({
      which: fc.integer({ min: 0, max: versions.length - 1 }),
      to: fc.constantFrom(...LIFECYCLE_STATES.filter((state) => (STATES as readonly string[]).includes(state))),
      hold: fc.constantFrom('none', 'quarantine', 'release'),
    });
    const run = async (steps: { which: number; to: TransitionInput['to']; hold: string }[]) => {
      for (const { which, to, hold } of steps) {
        const version = versions[which];
        if (!version) continue;
        const input = { version: version.ref, reason: 'Property.' };
        if (hold === 'quarantine') await plane.get(HoldService).quarantine(riley.context(), input);
        else if (hold === 'release') await plane.get(HoldService).release(riley.context(), input);
        else {
          const more = { reason: 'x', noSuccessor: true, sunsetAt: inDays(60), override: to === 'decommissioned' };
          await version.moves(ada, to, more).catch(() => undefined);
        }
        await checkLatest(version.id);
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 8 }), run), { numRuns: 4 });
  });

  async function checkLatest(versionId: string): Promise<void> {
    const { serverId } = await plane.prisma.serverVersion.findUniqueOrThrow({ where: { id: versionId } });
    const rows = await plane.prisma.serverVersion.findMany({ where: { serverId } });
    const expected = latestVersion(
      rows.map((row) => ({
        version: row.version,
        state: row.state as TransitionInput['to'],
        quarantined: row.quarantineReason !== null,
        publishedAt: row.publishedAt.toISOString(),
      })),
    );
    const flagged = rows.filter((row) => row.isLatest).map((row) => row.version);
    expect(flagged).toEqual(expected === null ? [] : [expected]);
  }

  it('cannot be two in the database', async () => {
    await deprecated('1.0.0');
    const next = await publish('1.1.0');
    const raw = `UPDATE server_versions SET is_latest = true WHERE id = '${next.id}'`;
    await expect(plane.prisma.$executeRawUnsafe(raw)).rejects.toThrow();
  });
});
