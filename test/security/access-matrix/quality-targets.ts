import { HOUR_MS } from '@rollcall/kernel';
import { LintExceptionService } from '@rollcall/quality';
import { copy, type TargetMaker } from './targets.js';

/** Each attempt under a prefix of its own. */
export const ruleSetRevision: TargetMaker = (world) => ({ namespace: `com.matrix-${world.next()}`, revision: '0' });

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
