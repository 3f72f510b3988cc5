import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS } from '@rollcall/kernel';
import {
  type ControlPlane,
  GREET_TOOL,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  seed,
  type TeamSeed,
  WIPE_TOOL,
} from '@rollcall/testing';
import { PolicyDryRun, PolicyService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let payments: TeamSeed;
let olivia: PersonSeed;
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
  riley = await acme.reviewer('riley');
  ada = await acme.admin('ada');
});

const set = (document: unknown, expectedRevision = 0, who = ada) =>
  plane.get(PolicyService).set(who.context(), { document, reason: 'Decided.', expectedRevision });
const dryRun = (document: unknown, who = riley) => plane.get(PolicyDryRun).run(who.context(), document);
const publish = (server: string, version = '1.0.0') => olivia.publishes(`${payments.namespace}/${server}`, version);
const road = () => ({ owner: olivia, reviewer: riley });

describe('the policy document', () => {
  it('is what was decided, with the defaults for the rest', async () => {
    const after = await set({ drainWindowDays: 3, requiredApprovals: { critical: 2 } });
    expect(after).toMatchObject({ revision: 1, document: { drainWindowDays: 3 } });
    expect(after.effective).toMatchObject({
      drainWindowDays: 3,
      deprecationMinimumDays: 30,
      requiredApprovals: { low: 1, critical: 2 },
    });
    expect(await plane.get(PolicyService).inForce(riley.context())).toEqual(after);
  });

  it('keeps every revision with author and reason, and none can be rewritten', async () => {
    await set({ drainWindowDays: 3 });
    await set({ drainWindowDays: 4 }, 1);
    const { items } = await plane.get(PolicyService).revisions(ada.context(), { first: 10 });
    expect(items.map((one) => [one.revision, one.document, one.authorHandle, one.reason])).toEqual([
      [2, { drainWindowDays: 4 }, 'ada', 'Decided.'],
      [1, { drainWindowDays: 3 }, 'ada', 'Decided.'],
    ]);
    const page = await plane.get(PolicyService).revisions(ada.context(), { first: 1 });
    const rest = await plane.get(PolicyService).revisions(ada.context(), { first: 1, after: page.next });
    expect([page.items[0]?.revision, rest.items[0]?.revision, rest.next]).toEqual([2, 1, null]);
    const where = { organizationId: acme.id };
    await expect(
      plane.prisma.organizationPolicyRevision.updateMany({ where, data: { reason: 'x' } }),
    ).rejects.toThrow();
    await expect(plane.prisma.organizationPolicyRevision.deleteMany({ where })).rejects.toThrow();
    const audit = await plane.prisma.auditEvent.findMany({ where: { ...where, action: 'policy.set' } });
    expect(audit[1]?.data).toMatchObject({ changed: { drainWindowDays: { before: 3, after: 4 } } });
    expect(await plane.prisma.outboxEvent.count({ where: { ...where, topic: 'organization.policy_set' } })).toBe(2);
  });

  it('is decided by one of two who looked at the same revision; the other is shown what holds now', async () => {
    const all = await Promise.allSettled([set({ drainWindowDays: 3 }), set({ drainWindowDays: 4 })]);
    const lost = all.find((one) => one.status === 'rejected');
    expect(all.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    expect(lost?.status === 'rejected' && lost.reason).toMatchObject({
      code: 'CONFLICT',
      details: { revision: 1, document: { drainWindowDays: expect.any(Number) } },
    });
  });

  it.each([
    [{ drainWindowDay: 3 }, 'drainWindowDay', 'drainWindowDays'],
    [{ requiredApprovals: { hihg: 2 } }, 'requiredApprovals.hihg', 'high'],
    [{ deprecationMinimumDays: -1 }, 'deprecationMinimumDays', ''],
    [{ semver: 'maybe' }, 'semver', ''],
    [{ allowedTransports: [] }, 'allowedTransports', ''],
    [{ countdownDays: [7, 7] }, 'countdownDays', 'twice'],
    [{ promotionOrder: ['staging', 'moon'] }, 'promotionOrder', 'moon'],
    [{ promotionOrder: ['production', 'staging'] }, 'promotionOrder', 'after production'],
    ['text', '', ''],
    [null, '', ''],
  ])('refuses %j, naming %s', async (document, path, words) => {
    const refused = { code: 'POLICY_INVALID', details: { issues: expect.anything() } };
    await expect(set(document)).rejects.toMatchObject(refused);
    const error = await set(document).catch((one: { details: { issues: { path: string; message: string }[] } }) => one);
    const issue = (error as { details: { issues: { path: string; message: string }[] } }).details.issues[0];
    expect(issue?.path).toBe(path);
    expect(issue?.message).toContain(words);
    await expect(dryRun(document)).rejects.toMatchObject(refused);
  });

  it('is set by administrators, read by reviewers and auditors, and by nobody else', async () => {
    for (const who of [riley, olivia]) await expect(set({}, 0, who)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(dryRun({}, olivia)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const auditor = await acme.auditor('aud');
    expect(await plane.get(PolicyService).inForce(auditor.context())).toMatchObject({ revision: 0, document: {} });
    const silent = plane.get(PolicyService).set(ada.context(), { document: {}, reason: ' ', expectedRevision: 0 });
    await expect(silent).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
  });

  it('decides: transports, budget and doors stand in the way of what it forbids, and no longer when it does not', async () => {
    const version = await publish('ledger');
    await version.reaches('in_review', road(), { refusedWithoutToken: false, tools: [GREET_TOOL, WIPE_TOOL] });
    await set({ allowedTransports: ['stdio'], surfaceBudget: { maxTools: 1 } });
    const approve = () => version.moves(riley, 'staging', { approvalRules: { '*': 'human' } });
    for (const guard of ['transport_allowed', 'surface_within_budget', 'unauthenticated_access_refused']) {
      await expect(approve()).rejects.toMatchObject({ code: 'GUARD_UNMET', message: expect.stringContaining(guard) });
    }
    await set(
      { surfaceBudget: { maxTools: 2, maxEstimatedTokens: 5000 }, allowedAuthKinds: ['credentials', 'none'] },
      1,
    );
    await approve();
  });

  it('orders environments, and then only the last stop before production vouches for a version', async () => {
    const id = `env_qa${count}`;
    const qa = { id, organizationId: acme.id, name: 'qa', kind: 'staging', position: 9 };
    await plane.prisma.environment.create({ data: qa });
    const version = await publish('ledger');
    await version.reaches('staging', road());
    await version.seen({ environment: 'staging' });
    await set({ promotionOrder: ['staging', 'qa', 'production'] });
    const activate = () => version.moves(olivia, 'active');
    await expect(activate()).rejects.toMatchObject({ message: expect.stringContaining('staging_inspection_fresh') });
    await version.seen({ environment: 'qa' });
    await activate();
  });
});

describe('a dry run', () => {
  it('names every version the document would stop, and stores nothing', async () => {
    const [one, two] = [await publish('ledger'), await publish('vault')];
    await one.reaches('active', road(), { tools: [GREET_TOOL, WIPE_TOOL] });
    await two.reaches('active', road());
    const sunsetAt = new Date(plane.clock.now().getTime() + 40 * DAY_MS);
    await two.moves(olivia, 'deprecated', { noSuccessor: true, sunsetAt });
    await (await publish('draft')).seen(); // not in the fleet
    expect(await dryRun({})).toMatchObject({ versions: 2, violationCount: 0, violatingServers: 0 });
    const report = await dryRun({
      surfaceBudget: { maxTools: 1 },
      requiredApprovals: { medium: 2 },
      deprecationMinimumDays: 60,
    });
    expect(report.violations.map(({ server, version, rule }) => [server, version, rule])).toEqual([
      [one.name, '1.0.0', 'surface_within_budget'],
      [one.name, '1.0.0', 'approvals_complete'],
      [two.name, '1.0.0', 'approvals_complete'],
      [two.name, '1.0.0', 'deprecation_minimum'],
    ]);
    expect(report).toMatchObject({ versions: 2, violatingServers: 2, violationCount: 4, truncated: false });
    expect(await plane.get(PolicyService).inForce(ada.context())).toMatchObject({ revision: 0 });
    const only = await dryRun({ allowedTransports: ['stdio'] });
    expect(only.violations.map((one) => one.rule)).toEqual(['transport_allowed', 'transport_allowed']);
  });

  it('judges thousands page by page, lists the first of what it finds and counts all', async () => {
    const version = await publish('ledger');
    await version.reaches('active', road());
    const { serverId } = await version.row();
    await plane.prisma.$executeRaw`
      INSERT INTO server_versions (id, organization_id, server_id, version, manifest, manifest_digest, state,
        state_changed_at, publisher_id, published_at, approval_rules)
      SELECT 'bulk_' || ${acme.id} || n, ${acme.id}, ${serverId}, '2.0.' || n,
        '{"remotes":[{"type":"sse","url":"https://mcp.example.com/x"}]}'::jsonb, 'd', 'active', now(), 'x', now(), '{}'::jsonb
      FROM generate_series(1, 2500) n`;
    const report = await dryRun({ allowedTransports: ['streamable-http'] });
    // each over its transport and without the one approval that the default asks for
    expect(report).toMatchObject({ versions: 2501, violatingServers: 1, violationCount: 5000, truncated: true });
    expect(report.violations).toHaveLength(1000);
  });
});
