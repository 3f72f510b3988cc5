import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type ControlPlane,
  GREET_TOOL,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  seed,
  type TeamSeed,
  WIPE_TOOL,
} from '@rollcall/testing';
import { ApprovalService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let payments: TeamSeed;
let olivia: PersonSeed;
let riley: PersonSeed;
let robin: PersonSeed;
let version: ServerVersionSeed;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`, { requiredApprovals: { medium: 2 } });
  payments = await acme.team('payments');
  olivia = await payments.maintainer('olivia');
  riley = await acme.reviewer('riley');
  robin = await acme.reviewer('robin');
  version = await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
  await version.reaches('in_review', { owner: olivia, reviewer: riley }, { tools: [GREET_TOOL, WIPE_TOOL] });
});

type Rules = Record<string, 'none' | 'human'>;
const approve = (who: PersonSeed, approvalRules: Rules = { wipe: 'none' }) => {
  plane.clock.advance(1000);
  return plane.get(ApprovalService).approve(who.context(), { version: version.ref, approvalRules });
};

describe('approvals by several reviewers', () => {
  it('move the version with the last one, whose rules are the strictest that any gave', async () => {
    expect(await approve(riley, { wipe: 'human' })).toMatchObject({ given: 1, required: 2, transitionId: null });
    expect(await version.row()).toMatchObject({ state: 'in_review', approvedContractDigest: null });
    const done = await approve(robin);
    expect(done).toMatchObject({ given: 2, required: 2, transitionId: expect.any(String) });
    const row = await version.row();
    expect(row).toMatchObject({ state: 'staging', approvalRules: { wipe: 'human' } });
    expect(row.approvedContractDigest).toBe(row.contractDigest);
    const where = { organizationId: acme.id };
    expect(await plane.prisma.auditEvent.count({ where: { ...where, action: 'version.approve' } })).toBe(2);
    const step = await plane.prisma.transition.findUniqueOrThrow({ where: { id: done.transitionId ?? '' } });
    expect(JSON.stringify(step.guards)).toContain('"handle":"riley"');
  });

  it('count people, not approvals, and never the publisher', async () => {
    await approve(riley);
    await expect(approve(riley)).rejects.toMatchObject({ code: 'ALREADY_APPROVED' });
    const ada = await acme.admin('ada');
    const own = await ada.publishes(`${payments.namespace}/vault`, '1.0.0');
    await own.reaches('in_review', { owner: olivia, reviewer: riley });
    const byPublisher = plane.get(ApprovalService).approve(ada.context(), { version: own.ref });
    await expect(byPublisher).rejects.toMatchObject({
      code: 'GUARD_UNMET',
      message: expect.stringContaining('four_eyes'),
    });
    await expect(approve(olivia)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('are not passed by by taking the step directly, which counts as one of them', async () => {
    const move = (who: PersonSeed) => version.moves(who, 'staging', { approvalRules: { wipe: 'human' } });
    const short = { code: 'GUARD_UNMET', message: expect.stringContaining('1 of 2 approvals') };
    await expect(move(riley)).rejects.toMatchObject(short);
    await approve(riley);
    await expect(move(riley)).rejects.toMatchObject(short);
    await move(robin);
  });

  it('do not outlive what they approved: another contract or another round needs them again', async () => {
    await approve(riley);
    await version.moves(robin, 'draft', { reason: 'Describe it better.' });
    await version.moves(olivia, 'in_review');
    expect(await approve(robin)).toMatchObject({ given: 1, transitionId: null });
    await version.seen({ tools: [WIPE_TOOL] });
    expect(await approve(riley)).toMatchObject({ given: 1, transitionId: null });
    expect(await approve(robin)).toMatchObject({ given: 2, transitionId: expect.any(String) });
  });

  it('are refused as the step itself would be', async () => {
    const unruled = { code: 'GUARD_UNMET', message: expect.stringContaining('destructive_tools_ruled') };
    await expect(approve(riley, {})).rejects.toMatchObject(unruled);
    expect(await plane.prisma.reviewApproval.count({ where: { versionId: version.id } })).toBe(0);
  });

  it('move it once when they come at the same time', async () => {
    const reviewers = [riley, robin, await acme.reviewer('rene'), await acme.reviewer('ruth')];
    const all = await Promise.allSettled(reviewers.map((who) => approve(who)));
    const moved = all.filter((one) => one.status === 'fulfilled' && one.value.transitionId !== null);
    expect(moved).toHaveLength(1);
    expect(await plane.prisma.transition.count({ where: { versionId: version.id, toState: 'staging' } })).toBe(1);
  });
});
