/** The only source of time. Code that needs "now" takes a Clock, so that a test can move it. */
export type Clock = { now(): Date };

/** The machine's clock, optionally shifted by a fixed number of milliseconds. */
export function systemClock(offsetMs = 0): Clock {
  return { now: () => new Date(Date.now() + offsetMs) };
}

/** A clock that stands still until it is told otherwise. */
export type FixedClock = Clock & { set(to: Date): void; advance(ms: number): void };

/** A clock for tests and simulations: starts at `start`, moves only by `set` and `advance`. */
export function fixedClock(start: Date | string): FixedClock {
  let current = new Date(start).getTime();
  return {
    now: () => new Date(current),
    set: (to) => {
      current = to.getTime();
    },
    advance: (ms) => {
      current += ms;
    },
  };
}

/** Milliseconds in a second, minute, hour and day: the units durations are written in. */
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
