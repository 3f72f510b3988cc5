import type { InspectionOutcome } from '@rollcall/mcp-client';

/** Health as it is shown: it changes only when several probes in a row say so. */
export type HealthState = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** How a probe ended; `unknown`: it could not be made, by no fault of the server. */
export type ProbeOutcome = InspectionOutcome | 'unknown';

/** Something about an endpoint that its owner should know; `code` is stable UPPER_SNAKE. */
export type HealthFinding = { code: string; severity: 'error' | 'warning'; message: string };

/** What an endpoint is probed with: its schedule as it was claimed, and what it belongs to. */
export type ClaimedProbe = {
  endpointId: string;
  organizationId: string;
  versionId: string;
  environmentId: string;
  environmentKind: string;
  transport: string;
  url: string | null;
  launcher: string | null;
  host: string;
  intervalMs: number;
  spread: number;
  scheduledAt: Date;
  claimedUntil: Date;
  state: HealthState;
  since: Date;
  streak: number;
  failures: number;
  era: 'modern' | 'legacy' | null;
  eraAt: Date | null;
  contractDigest: string | null;
  contractChanges: number;
  contractWindowAt: Date | null;
  certificateExpiresAt: Date | null;
  findings: HealthFinding[];
  /** True when the policy, or a written exception, lets this server answer without credentials. */
  mayBeOpen: boolean;
};

/** Outcomes of a server that is there: the ones whose latency says something. */
const ANSWERED: ReadonlySet<ProbeOutcome> = new Set(['healthy', 'degraded', 'auth_required', 'forbidden']);

/** True when a probe got an answer. */
export const isAnswered = (outcome: ProbeOutcome): boolean => ANSWERED.has(outcome);

/**
 * What an outcome says about the server. One that asks for credentials does what it should: we bring none. Time in
 * which it was `unknown` counts neither as up nor as down.
 */
export function healthClass(outcome: ProbeOutcome): HealthState {
  switch (outcome) {
    case 'healthy':
    case 'auth_required':
    case 'forbidden':
      return 'healthy';
    case 'degraded':
    case 'protocol_violation':
      return 'degraded';
    case 'refused_by_policy':
    case 'unknown':
      return 'unknown';
    default:
      return 'unhealthy';
  }
}
