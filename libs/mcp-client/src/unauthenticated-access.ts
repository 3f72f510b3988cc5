import { inspectServer } from './inspect-server.js';
import type { InspectionOptions, InspectionTarget } from './inspection.js';

/**
 * What a caller without credentials gets. `refused` is true only for an observed 401 or 403; `status` is `auth_required`,
 * `forbidden`, `open` (the tools were listed), `not_applicable` (a local process has no door), or the outcome that left
 * the question undecided, such as `timeout`.
 */
export type UnauthenticatedAccess = { refused: boolean; status: string };

/** Connects without any credential and tries to list the tools. */
export async function checkUnauthenticatedAccess(
  target: InspectionTarget,
  options: InspectionOptions,
): Promise<UnauthenticatedAccess> {
  if (target.transport === 'stdio') return { refused: false, status: 'not_applicable' };
  const observation = await inspectServer({ transport: target.transport, url: target.url }, options);
  const { outcome, offer } = observation;
  if (outcome === 'auth_required' || outcome === 'forbidden') return { refused: true, status: outcome };
  return { refused: false, status: offer === null ? outcome : 'open' };
}
