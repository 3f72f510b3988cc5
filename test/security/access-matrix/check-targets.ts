import { Runtime } from '@rollcall/access';
import { copyOf, type TargetMaker } from './targets.js';

const HELD_UP = `sha256:${'0'.repeat(64)}`;

/** The check of a pull request that a change holds up; nobody of the callers asked for it. */
export const heldUpCheck: TargetMaker = async (world) => {
  const { prisma, clock } = world.api;
  const target = (await copyOf('active')(world)) as { server: string };
  const id = world.api.get(Runtime).ids.next('chk');
  const change = { ruleId: 'TOOL_REMOVED', severity: 'breaking', risk: 'none', tool: 'wipe', member: 'tool:wipe' };
  const changes = [{ ...change, path: '', message: 'The tool is gone.', fingerprint: HELD_UP }];
  await prisma.check.create({
    data: {
      id,
      organizationId: world.acme.id,
      serverName: target.server,
      candidate: { version: null, issues: [], manifestProblems: null },
      contextId: 'acme/ledger#1',
      approvalContext: 'acme/ledger#1',
      status: 'completed',
      conclusion: 'failure',
      waiting: [HELD_UP],
      comparison: { conclusion: 'breaking', base: { digest: HELD_UP }, head: { digest: HELD_UP }, changes },
      findings: [],
      steps: [],
      requestedBy: 'system',
      requestedAt: clock.now(),
      finishedAt: clock.now(),
    },
  });
  return { ...target, check: id };
};

/** The same, where every caller asked for a check of the pull request before. */
export const ownCheck: TargetMaker = async (world) => {
  const target = (await heldUpCheck(world)) as { server: string; check: string };
  const row = await world.api.prisma.check.findUniqueOrThrow({ where: { id: target.check } });
  const asked = world.callers.flatMap(({ principalId }) => principalId ?? []);
  for (const requestedBy of new Set(asked)) {
    const id = world.api.get(Runtime).ids.next('chk');
    // null would be stored as the JSON value null
    const given = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
    await world.api.prisma.check.create({ data: { ...given, id, requestedBy } as never });
  }
  return target;
};

/** The same, after somebody approved it. */
export const approvedCheck: TargetMaker = async (world) => {
  const target = (await heldUpCheck(world)) as { server: string; check: string };
  await world.api.prisma.changeApproval.create({
    data: {
      id: world.api.get(Runtime).ids.next('cap'),
      organizationId: world.acme.id,
      serverName: target.server,
      contextId: 'acme/ledger#1',
      fingerprint: HELD_UP,
      change: {},
      checkId: target.check,
      reason: 'Agreed.',
      approvedBy: world.secondAdmin.id,
      approvedByHandle: world.secondAdmin.handle,
      approvedAt: world.api.clock.now(),
    },
  });
  return target;
};
