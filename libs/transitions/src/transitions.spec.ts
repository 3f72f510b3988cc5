import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS } from '@rollcall/kernel';
import { LIFECYCLE_STATES, latestVersion } from '@rollcall/lifecycle';
import { LintExceptionService } from '@rollcall/quality';
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
import { HoldService, SunsetService, type TransitionInput, TransitionService } from './index.js';

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
const _sweep = async () => (await plane.get(SunsetService).sweep(() => acme.system(), plane.clock.now())).ended;
const events = (topic: string) => plane.prisma.outboxEvent.count({ where: { organizationId: acme.id, topic } });

/** A gateway of production, which has a policy to serve. */
async function gatewayEnrolled(): Promise<string> {
  const gatewayId = `gw_${acme.slug}`;
  const environmentId = acme.environment('production').id;
  const base = { organizationId: acme.id, createdAt: plane.clock.now() };
  const bundle = { epoch: 1, serial: 1, sha256: 'x', stateDigest: 'x', envelope: Buffer.from('x') };
  await plane.prisma.bundle.upsert({
    where: { id: `bdl_${acme.slug}` },
    create: {
      id: `bdl_${acme.slug}`,
      organizationId: acme.id,
      environmentId,
      ...bundle,
      publishedAt: plane.clock.now(),
    },
    update: {},
  });
  await plane.prisma.gateway.upsert({
    where: { id: gatewayId },
    create: { id: gatewayId, environmentId, principalId: gatewayId, name: 'one', ...base },
    update: {},
  });
  return gatewayId;
}

/** A gateway that says it is alive: without one nobody knows whether a version is still called. */
async function _gatewayReports(): Promise<void> {
  const gatewayId = await gatewayEnrolled();
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

  it('shows an old step exactly as it was decided, however the world has changed since', async () => {
    const version = await publish();
    await version.reaches('active', road());
    const read = () => plane.prisma.transition.findMany({ where: { versionId: version.id }, orderBy: { at: 'asc' } });
    const before = await read();
    plane.clock.advance(60 * DAY_MS);
    await plane.prisma.organization.update({
      where: { id: acme.id },
      data: { policy: { requiredApprovals: { medium: 5 }, allowedTransports: ['stdio'], allowedAuthKinds: ['none'] } },
    });
    await version.seen({ tools: [WIPE_TOOL], refusedWithoutToken: false, environment: 'staging' });
    const ofVersion = { versionId: version.id };
    await plane.prisma.check.deleteMany({ where: ofVersion });
    await plane.prisma.principal.update({ where: { id: riley.id }, data: { handle: 'somebody-else' } });
    await version.moves(olivia, 'deprecated', { noSuccessor: true, sunsetAt: inDays(40) });
    expect((await read()).slice(0, before.length)).toEqual(before);
    await expect(plane.prisma.transition.updateMany({ where: ofVersion, data: { guards: [] } })).rejects.toThrow();
    await expect(plane.prisma.transition.deleteMany({ where: ofVersion })).rejects.toThrow();
  });

  it('is open to a number that is too small where the organization only wants to be warned, and says so', async () => {
    await plane.prisma.organization.update({ where: { id: acme.id }, data: { policy: { semver: 'warn' } } });
    await (await publish()).seen();
    const next = await publish('1.1.0');
    await next.seen({ tools: [STRICTER_GREET_TOOL] });
    await next.moves(olivia, 'in_review');
    const step = await plane.prisma.transition.findFirstOrThrow({
      where: { versionId: next.id, toState: 'in_review' },
    });
    const report = (step.guards as { guard: string; status: string; message: string }[])[2];
    expect(report).toMatchObject({ guard: 'version_number_fits', status: 'met' });
    expect(report?.message).toMatch(/2\.0\.0|major/i);
    await plane.prisma.organization.update({ where: { id: acme.id }, data: { policy: {} } });
    await next.seen({ tools: [STRICTER_GREET_TOOL] }); // judged again under the other policy
    await expect(next.moves(riley, 'staging')).rejects.toMatchObject(unmet('version_number_fits'));
  });

  it('leaves the approved version what it is while the next one is on its way', async () => {
    const one = await publish('1.0.0');
    await one.reaches('active', road());
    const next = await publish('1.1.0');
    for (const state of ['in_review', 'staging'] as const) {
      if (state === 'in_review') await next.reaches(state, road());
      else await next.moves(riley, state, { approvalRules: { '*': 'human' } });
      expect(await one.row()).toMatchObject({ state: 'active', isLatest: true });
      expect(await next.row()).toMatchObject({ state, isLatest: false });
    }
    await next.seen({ environment: 'staging' });
    await next.moves(olivia, 'active');
    expect(await one.row()).toMatchObject({ state: 'active', isLatest: false });
    expect(await next.row()).toMatchObject({ state: 'active', isLatest: true });
  });

  it('has a written exception for lint errors, and none for reviewing one’s own version', async () => {
    const version = await publish();
    await version.reaches('in_review', road(), { tools: [GREET_TOOL] });
    const approve = () => version.moves(riley, 'staging', { approvalRules: { '*': 'human' } });
    const check = await plane.prisma.check.findFirstOrThrow({ where: { versionId: version.id } });
    await plane.prisma.check.update({ where: { id: check.id }, data: { findings: [{ severity: 'error' }] } });
    await expect(approve()).rejects.toMatchObject(unmet('no_lint_errors'));
    const exception = { server: { byName: version.name }, reason: 'Known.', expiresAt: inDays(3) };
    await plane.get(HoldService).grantException(riley.context(), { ...exception, guard: 'no_lint_errors' });
    await approve();
  });

  it('is closed when the exception has ended under which a check let a lint error pass', async () => {
    const version = await publish();
    await version.reaches('in_review', road(), { tools: [GREET_TOOL] });
    const ruleId = 'SECRET_PARAMETER';
    const terms = { server: { byName: version.name }, ruleId, reason: 'Known.', expiresAt: inDays(3) };
    const { id } = await plane.get(LintExceptionService).grant(riley.context(), terms);
    const passed = { ruleId, severity: 'info', exception: { id, severity: 'error' } };
    await plane.prisma.check.updateMany({ where: { versionId: version.id }, data: { findings: [passed] } });
    const guard = async () =>
      (await canI(riley, { version: version.ref, to: 'staging' })).guards.find((one) => one.guard === 'no_lint_errors');
    expect(await guard()).toMatchObject({ status: 'met' });
    await plane.get(LintExceptionService).revoke(riley.context(), id);
    expect(await guard()).toMatchObject({ status: 'unmet', evidence: { lintErrors: 1 } });
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
