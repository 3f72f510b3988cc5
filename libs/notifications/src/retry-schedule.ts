import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@rollcall/kernel';

/** Pauses between the attempts of one round, without jitter; they add up to a little more than a day. */
const PAUSES_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  8 * HOUR_MS,
  9 * HOUR_MS,
] as const;

/** Small enough that a pause with jitter never reaches the next one, and that a round stays below 26 h. */
const JITTER = 0.05;

/** How many times one round tries. */
export const ATTEMPTS_PER_ROUND = PAUSES_MS.length + 1;

/** Milliseconds until the next attempt after `failed` attempts of a round, or null when there is no other; `random` is within [0, 1). */
export function pauseAfter(failed: number, random: number): number | null {
  const pause = PAUSES_MS[failed - 1];
  return pause === undefined ? null : Math.round(pause * (1 + JITTER * random));
}
