import { CliVersionTransitionDocument, type VersionTransitionInput } from '@rollcall/schema';
import type { CommandOutcome } from '../command-spec.js';
import { type ControlPlane, entityOf, refusalOf } from '../connection/control-plane.js';
import { guardsText } from '../output/guards-text.js';
import { dim, green, inline } from '../output/style.js';
import { versionText } from '../output/version-text.js';

/** Asks for one transition. When guards refuse it, what is shown are the guards that stand in the way. */
export async function transition(plane: ControlPlane, input: VersionTransitionInput): Promise<CommandOutcome> {
  const { versionTransition: payload } = await plane.execute(CliVersionTransitionDocument, { input });
  const failure = refusalOf(payload.errors);
  if (failure !== null) {
    const inTheWay = payload.guards.filter((guard) => guard.status !== 'met');
    return { data: payload, text: inTheWay.length === 0 ? '' : guardsText(inTheWay), failure };
  }
  const version = entityOf(payload.version, payload.errors);
  const moved = payload.transition;
  const from = moved?.fromState == null ? '' : dim(`(was ${moved.fromState})`);
  const overridden = moved?.overridden === true ? dim('guards overridden') : '';
  const lines = [[green('✔'), versionText(version), from, overridden].filter((part) => part !== '').join(' ')];
  if (moved?.reason) lines.push(`  reason: ${inline(moved.reason)}`);
  if (payload.guards.length > 0) lines.push(guardsText(payload.guards));
  return { data: payload, text: lines.join('\n') };
}
