import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, SECOND_MS } from '@rollcall/kernel';
import fc from 'fast-check';
import { ATTEMPTS_PER_ROUND, pauseAfter } from './retry-schedule.js';

const randoms = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
  minLength: ATTEMPTS_PER_ROUND,
  maxLength: ATTEMPTS_PER_ROUND,
});

describe('the schedule of a round', () => {
  it('spans 24 to 26 hours and its pauses only grow, whatever the jitter', () => {
    fc.assert(
      fc.property(randoms, (jitter) => {
        const pauses = jitter.map((random, index) => pauseAfter(index + 1, random));
        expect(pauses.at(-1)).toBeNull();
        const taken = pauses.slice(0, -1).map(Number);
        expect(taken).toEqual([...taken].sort((a, b) => a - b));
        const total = taken.reduce((sum, pause) => sum + pause, 0);
        expect(total).toBeGreaterThanOrEqual(24 * HOUR_MS);
        expect(total).toBeLessThanOrEqual(26 * HOUR_MS);
      }),
    );
  });

  it('begins after seconds and knows no attempt outside the round', () => {
    expect(pauseAfter(1, 0)).toBe(5 * SECOND_MS);
    expect([pauseAfter(0, 0), pauseAfter(ATTEMPTS_PER_ROUND, 0), pauseAfter(-3, 0)]).toEqual([null, null, null]);
  });
});
