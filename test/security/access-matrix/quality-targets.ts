import { HOUR_MS } from '@rollcall/kernel';
import { LintExceptionService } from '@rollcall/quality';
import { copy, idOf, type TargetMaker } from './targets.js';

/** Each attempt under a prefix of its own. */
export const ruleSetRevision: TargetMaker = (world) => ({ namespace: `com.matrix-${world.next()}`, revision: '0' });

/** A rule set for the namespace of the team. Its reason is told to nobody who may not know the namespace. */
export const ruleSet: TargetMaker = async (world) => {
  await world.api.prisma.lintRuleSet.create({
    data: {
      id: idOf(world, 'rst'),
      organizationId: world.acme.id,
      namespace: world.payments.namespace,
      revision: world.next(),
      document: { rules: { TOOL_NAME_STYLE: 'off' } },
      reason: 'payments-names are old.',
      authorId: world.secondAdmin.id,
      authorHandle: world.secondAdmin.handle,
      createdAt: world.api.clock.now(),
    },
  });
  return { namespace: world.payments.namespace };
};

export const lintException: TargetMaker = async (world) => {
  const target = await copy(world, world.templates.draft, {});
  const reviewer = world.secondAdmin.context();
  const expiresAt = new Date(world.api.clock.now().getTime() + 24 * HOUR_MS);
  const input = {
    server: { byName: target['server'] ?? '' },
    ruleId: 'SECRET_PARAMETER',
    reason: 'It makes them.',
    expiresAt,
  };
  const { id } = await world.api.get(LintExceptionService).grant(reviewer, input);
  return { ...target, exception: id };
};
