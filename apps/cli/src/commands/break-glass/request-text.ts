import type { CliBreakGlassFragment } from '@rollcall/schema';
import { guardsText } from '../../output/guards-text.js';
import { bold, inline } from '../../output/style.js';

/** A request on one line, with the guards that fail. */
export function requestText(request: CliBreakGlassFragment): string {
  const { version, guards } = request;
  const name = bold(inline(`${version.server.name} ${version.version}`));
  const step = `${request.fromState} -> ${request.toState}`;
  const until = request.status === 'pending' ? `until ${request.expiresAt}` : '';
  const head = [request.id, request.status, name, step, `by ${inline(request.requestedByHandle)}`, until];
  const open = guards.filter((guard) => guard.status !== 'met');
  const lines = [head.filter((part) => part !== '').join('  '), `  reason: ${inline(request.reason)}`];
  return [...lines, ...(request.status === 'pending' && open.length > 0 ? [guardsText(open)] : [])].join('\n');
}
