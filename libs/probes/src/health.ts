import { DAY_MS } from '@rollcall/kernel';
import type { Observation } from '@rollcall/mcp-client';
import { type ClaimedProbe, type HealthFinding, type HealthState, healthClass } from './probe.js';

/** This many probes in a row must be worse before the state falls, and better before it rises. */
export const PROBES_TO_FALL = 3;
export const PROBES_TO_RISE = 2;

const CERTIFICATE_WARNING_MS = 14 * DAY_MS;
/** Other contracts within a day after which an endpoint counts as one whose list never settles. */
export const MAX_CONTRACT_CHANGES = 12;

/** The state, since when, and how many probes in a row spoke against it: below zero for worse, above for better. */
export type Health = { state: HealthState; since: Date; streak: number };

const RANK = { healthy: 2, degraded: 1, unhealthy: 0, unknown: -1 } as const;

/** The health after one more probe. A first good answer is believed at once; nothing else is. */
export function nextHealth(health: Health, seen: HealthState, at: Date): Health {
  if (seen === 'unknown') return health;
  if (seen === health.state) return { ...health, streak: 0 };
  if (health.state === 'unknown' && seen === 'healthy') return { state: seen, since: at, streak: 0 };
  const better = health.state !== 'unknown' && RANK[seen] > RANK[health.state];
  const streak = better ? Math.max(health.streak, 0) + 1 : Math.min(health.streak, 0) - 1;
  const settled = better ? streak >= PROBES_TO_RISE : streak <= -PROBES_TO_FALL;
  return settled ? { state: seen, since: at, streak: 0 } : { ...health, streak };
}

/** How many probes in a row were not healthy; one that could not be made says nothing. */
export function nextFailures(failures: number, seen: HealthState): number {
  if (seen === 'unknown') return failures;
  return seen === 'healthy' ? 0 : failures + 1;
}

/** True when its tools were listed without credentials, false when that was refused, null when it is not known. */
export function isOpen(observation: Observation): boolean | null {
  if (observation.authentication?.required === false && observation.offer !== null) return true;
  const { outcome } = observation;
  return outcome === 'auth_required' || outcome === 'forbidden' ? false : null;
}

/** What the owner should know after this probe. A question it left open keeps its former answer. */
export function findingsAfter(
  probe: Pick<ClaimedProbe, 'findings' | 'mayBeOpen'>,
  seen: { observation: Observation; certificateExpiresAt: Date | null; unstable: boolean },
  now: Date,
): HealthFinding[] {
  const former = (code: string) => probe.findings.some((finding) => finding.code === code);
  const open = probe.mayBeOpen ? false : (isOpen(seen.observation) ?? former(OPEN.code));
  return [
    ...(open ? [OPEN] : []),
    ...certificateFinding(seen.certificateExpiresAt, now),
    ...challengeFinding(seen.observation),
    ...(seen.unstable ? [UNSTABLE] : []),
  ];
}

/** Anybody who reaches the endpoint reads what it offers. */
export const OPEN: HealthFinding = {
  code: 'UNAUTHENTICATED_ACCESS',
  severity: 'error',
  message: 'It lists its tools to callers without credentials, which the policy does not allow.',
};

const UNSTABLE: HealthFinding = {
  code: 'CONTRACT_UNSTABLE',
  severity: 'warning',
  message: `It offered more than ${MAX_CONTRACT_CHANGES} other contracts within a day; further ones are not stored.`,
};

function certificateFinding(expiresAt: Date | null, now: Date): HealthFinding[] {
  const left = expiresAt === null ? Number.POSITIVE_INFINITY : expiresAt.getTime() - now.getTime();
  if (expiresAt === null || left > CERTIFICATE_WARNING_MS) return [];
  const day = expiresAt.toISOString().slice(0, 10);
  return left <= 0
    ? [{ code: 'CERTIFICATE_EXPIRED', severity: 'error', message: `Its certificate ended on ${day}.` }]
    : [{ code: 'CERTIFICATE_EXPIRES', severity: 'warning', message: `Its certificate ends on ${day}.` }];
}

function challengeFinding({ authentication }: Observation): HealthFinding[] {
  const metadata = authentication?.required === true ? authentication.resourceMetadata : null;
  if (metadata !== 'missing' && metadata !== 'invalid') return [];
  const message = `It asks for credentials, but its protected resource metadata is ${metadata}: clients cannot sign in by themselves.`;
  return [{ code: 'RESOURCE_METADATA', severity: 'warning', message }];
}

/** The state a result leads to, in one step. */
export function healthAfter(probe: ClaimedProbe, outcome: Parameters<typeof healthClass>[0], at: Date) {
  const seen = healthClass(outcome);
  return { ...nextHealth(probe, seen, at), failures: nextFailures(probe.failures, seen), seen };
}
