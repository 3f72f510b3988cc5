import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type ControlPlane,
  contractOf,
  GREET_TOOL,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  STRICTER_GREET_TOOL,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { type CheckMaterial, CheckRecords, CheckService, type CheckStep, conclude, runCheck } from './index.js';

const step = (status: CheckStep['status']): CheckStep => ({ name: 'lint', status, message: '' });

describe('the conclusion', () => {
  it.each<[CheckStep['status'][], string]>([
    [[], 'neutral'],
    [['skipped', 'skipped'], 'neutral'],
    [['completed', 'skipped'], 'success'],
    [['completed', 'completed'], 'success'],
    [['completed', 'failed'], 'failure'],
    [['skipped', 'failed'], 'failure'],
  ])('of %j is %s', (statuses, expected) => {
    expect(conclude(statuses.map(step))).toBe(expected);
  });
});

describe('the steps', () => {
  const head = { version: '1.1.0', contract: contractOf([GREET_TOOL]), issues: [] };
  const material: CheckMaterial = {
    manifestProblems: [],
    head,
    headMissing: 'nobody looked',
    base: { version: '1.0.0', contract: contractOf([GREET_TOOL]) },
    semverMode: 'enforce',
  };
  const statuses = (change: Partial<CheckMaterial>) =>
    Object.fromEntries(runCheck({ ...material, ...change }).steps.map((one) => [one.name, one.status]));

  it('run in one order and pass for an unchanged contract', () => {
    const result = runCheck(material);
    expect(result.steps.map((one) => one.name)).toEqual(['manifest', 'contract', 'diff', 'semver', 'lint']);
    expect(result).toMatchObject({ conclusion: 'success', comparison: { conclusion: 'identical' } });
  });

  it('say that a breaking change under a minor number fails the number and not the comparison', () => {
    const breaking = { ...head, contract: contractOf([STRICTER_GREET_TOOL]) };
    const result = runCheck({ ...material, head: breaking });
    expect(result).toMatchObject({
      conclusion: 'failure',
      comparison: { conclusion: 'breaking' },
      gate: { allowed: false, code: 'SEMVER_MAJOR_REQUIRED' },
    });
    expect(result.steps.filter((one) => one.status === 'failed').map((one) => one.name)).toEqual(['semver']);
    expect(statuses({ head: { ...breaking, version: '2.0.0' } })).toMatchObject({ semver: 'completed' });
    expect(statuses({ head: breaking, semverMode: 'warn' })).toMatchObject({ semver: 'completed' });
  });

  it('are skipped without a contract, and the check fails with the reason', () => {
    const result = runCheck({ ...material, head: null });
    expect(result.conclusion).toBe('failure');
    expect(result.steps.find((one) => one.name === 'contract')?.message).toBe('nobody looked');
    expect(statuses({ head: null })).toMatchObject({ diff: 'skipped', semver: 'skipped', lint: 'skipped' });
  });

  it('fail for a broken manifest and for parts of the offer that were not accepted', () => {
    expect(statuses({ manifestProblems: ['name: missing'] })).toMatchObject({ manifest: 'failed' });
    const issues = [{ code: 'TOO_DEEP', message: 'too deep', path: 'tools[0]' }];
    expect(statuses({ head: { ...head, issues } })).toMatchObject({ contract: 'failed' });
  });
});

describe('a recorded check', () => {
  let plane: ControlPlane;
  let acme: OrganizationSeed;
  let payments: TeamSeed;
  let ci: PersonSeed;
  let count = 0;

  beforeAll(async () => {
    plane = await openControlPlane();
  });
  afterAll(() => plane?.close());

  beforeEach(async () => {
    acme = await seed(plane).organization(`acme${++count}`);
    payments = await acme.team('payments');
    ci = await payments.developer('ci');
  });

  const publish = (version: string) => ci.publishes(`${payments.namespace}/ledger`, version);
  const newest = async (versionId: string) => (await plane.get(CheckRecords).ofVersions(acme.id, [versionId]))[0];

  it('of a breaking change under a minor number names its base, the change and the failed step', async () => {
    const base = await publish('1.0.0');
    await base.seen();
    const next = await publish('1.1.0');
    await next.seen({ tools: [STRICTER_GREET_TOOL] });
    const check = await newest(next.id);
    expect(check).toMatchObject({
      status: 'completed',
      conclusion: 'failure',
      baseVersionId: base.id,
      contractDigest: contractOf([STRICTER_GREET_TOOL]).digest,
      comparison: { conclusion: 'breaking' },
    });
    expect(check?.steps).toContainEqual(
      expect.objectContaining({ name: 'semver', status: 'failed', message: expect.stringContaining('2.0.0') }),
    );
  });

  it('is concluded once, however often and however concurrently it runs', async () => {
    const version = await publish('1.0.0');
    await version.seen();
    const id = await plane.get(CheckService).request(ci.context(), { version: version.ref });
    const run = () => plane.get(CheckService).run(id);
    await Promise.all([run(), run(), run()]);
    await run();
    const lines = { organizationId: acme.id, data: { path: ['check'], equals: id } };
    expect(await plane.prisma.auditEvent.count({ where: lines })).toBe(1);
  });

  it('of one version does not push those of another out of the newest twenty', async () => {
    const one = await publish('1.0.0');
    const two = await publish('1.1.0');
    await one.seen();
    for (let n = 0; n < 22; n++) await two.seen();
    const rows = await plane.get(CheckRecords).ofVersions(acme.id, [one.id, two.id]);
    expect(rows.filter((row) => row.versionId === one.id)).toHaveLength(1);
    expect(rows.filter((row) => row.versionId === two.id)).toHaveLength(20);
    expect(await plane.get(CheckRecords).ofVersions('org_other', [one.id])).toEqual([]);
  });

  it('fails when a part of the offer was not accepted', async () => {
    const version = await publish('1.0.0');
    await version.seen();
    const issues = [{ code: 'MALFORMED_SCHEMA', message: 'no schema', path: 'tools[1].inputSchema' }];
    await plane.prisma.inspection.updateMany({ where: { versionId: version.id }, data: { issues } });
    const id = await plane.get(CheckService).request(ci.context(), { version: version.ref });
    await plane.get(CheckService).run(id);
    expect(await plane.get(CheckRecords).byId(ci.context(), id)).toMatchObject({ conclusion: 'failure' });
  });

  it('follows an inspection once', async () => {
    const version = await publish('1.0.0');
    const event = { inspectionId: 'ins_1', versionId: version.id, requestedBy: ci.id };
    await plane.get(CheckService).followInspection(event);
    await plane.get(CheckService).followInspection(event);
    expect(await plane.prisma.check.count({ where: { versionId: version.id } })).toBe(1);
  });

  it('is asked for by those who may, and seen by those who see the version', async () => {
    const version = await publish('1.0.0');
    const oscar = await (await acme.team('marketing')).maintainer('oscar');
    const ask = (who: PersonSeed) => plane.get(CheckService).request(who.context(), { version: version.ref });
    await expect(ask(oscar)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(ask(await acme.auditor('aud'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const id = await ask(ci);
    await expect(plane.get(CheckRecords).byId(oscar.context(), id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const mallory = await (await seed(plane).organization(`other${count}`)).admin('mallory');
    await expect(plane.get(CheckRecords).byId(mallory.context(), id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const against = { version: version.ref, against: { byId: 'ver_nowhere' } };
    await expect(plane.get(CheckService).request(ci.context(), against)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
