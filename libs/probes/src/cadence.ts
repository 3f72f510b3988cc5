import { MINUTE_MS, SECOND_MS } from '@rollcall/kernel';
import type { HealthState } from './probe.js';

/** Policy's interval when it says nothing: a minute. */
export const DEFAULT_INTERVAL_SECONDS = 60;
/** Starting a program is dearer than a request. */
export const STDIO_MINIMUM_SECONDS = 300;
const FASTEST_MS = 10 * SECOND_MS;
/** So many failures are looked at closely, then the pauses double. */
const CLOSE_LOOKS = 10;
const LONGEST_MS = 30 * MINUTE_MS;

/** How long after a probe the next one is due: sooner while something is wrong, ever later when nobody mends it. */
export function pauseAfter(
  baseMs: number,
  { state, failures, seen }: { state: HealthState; failures: number; seen: HealthState },
): number {
  if (seen === 'unknown' || (failures === 0 && state === 'healthy')) return baseMs;
  const close = Math.min(baseMs, Math.max(FASTEST_MS, baseMs / 4));
  const doublings = Math.min(20, Math.max(0, failures - CLOSE_LOOKS));
  // one that answers, however badly, is never looked at less often than one that is well
  const longest = seen === 'unhealthy' ? Math.max(baseMs, LONGEST_MS) : baseMs;
  return Math.min(longest, close * 2 ** doublings);
}

/**
 * The first slot after a moment. The slots of an endpoint lie at the same place in every interval, given by its id: a
 * restart, however long the pause was, finds the fleet as evenly spread as it was before.
 */
export function slotAfter(after: number, pauseMs: number, spread: number): number {
  const phase = spread % pauseMs;
  return (Math.floor((after - phase) / pauseMs) + 1) * pauseMs + phase;
}
