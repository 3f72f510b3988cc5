import { inspectServer } from './inspect-server.js';
import type { InspectionOptions, InspectionTarget, Observation, ObservationIssue } from './inspection.js';

/**
 * What a caller without credentials gets. `refused` is true only for an observed 401 or 403; `status` is `auth_required`,
 * `forbidden`, `open` (the tools were listed), `not_applicable` (a local process or a Unix socket has no door to a network), or
 * the outcome that left the question undecided, such as `timeout`. `finding` is there when the door is open.
 */
export type UnauthenticatedAccess = { refused: boolean; status: string; finding: ObservationIssue | null };

/**
 * Connects without any credential and tries to list the tools. `seen` is an observation of the same target that was just
 * made: when it presented no credential, it answers the question and nothing is dialled.
 */
export async function checkUnauthenticatedAccess(
  target: InspectionTarget,
  options: InspectionOptions,
  seen?: Observation,
): Promise<UnauthenticatedAccess> {
  if (target.transport === 'stdio' || target.transport === 'unix') {
    return { refused: false, status: 'not_applicable', finding: null };
  }
  const anonymous = { transport: target.transport, url: target.url };
  const answered = seen?.launch.credential === 'none' ? seen : await inspectServer(anonymous, options);
  const { outcome, offer } = answered;
  if (outcome === 'auth_required' || outcome === 'forbidden') return { refused: true, status: outcome, finding: null };
  return offer === null
    ? { refused: false, status: outcome, finding: null }
    : { refused: false, status: 'open', finding: OPEN_TO_ANYBODY };
}

const OPEN_TO_ANYBODY: ObservationIssue = {
  code: 'OPEN_WITHOUT_CREDENTIALS',
  severity: 'error',
  message: 'Anybody who reaches this address can list its tools: the server asks for no credentials.',
};
