import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '@rollcall/kernel';
import fc from 'fast-check';
import { pauseAfter, slotAfter } from './cadence.js';
import { type Health, nextFailures, nextHealth } from './health.js';
import { HostBudget } from './host-budget.js';
import { latencyBucket, percentile } from './latency-histogram.js';
import type { HealthState } from './probe.js';

const AT = new Date('2026-11-20T12:00:00.000Z');
const UNKNOWN: Health = { state: 'unknown', since: AT, streak: 0 };
const stateAfter = (seen: HealthState[], from = UNKNOWN) =>
  seen.reduce<Health>((health, one, n) => nextHealth(health, one, new Date(AT.getTime() + n * MINUTE_MS)), from).state;

describe('health', () => {
  it('believes a first good answer, and falls only after three bad ones in a row', () => {
    expect(stateAfter(['healthy'])).toBe('healthy');
    expect(stateAfter(['healthy', 'unhealthy', 'unhealthy'])).toBe('healthy');
    expect(stateAfter(['healthy', 'unhealthy', 'unhealthy', 'healthy', 'unhealthy', 'unhealthy'])).toBe('healthy');
    expect(stateAfter(['healthy', 'unhealthy', 'degraded', 'unhealthy'])).toBe('unhealthy');
    expect(stateAfter(['unhealthy', 'unhealthy'])).toBe('unknown');
    expect(stateAfter(['unhealthy', 'unhealthy', 'unhealthy'])).toBe('unhealthy');
  });

  it('rises after two good answers in a row, and stays as it is while nothing can be told', () => {
    const down = { ...UNKNOWN, state: 'unhealthy' as const };
    expect(stateAfter(['healthy'], down)).toBe('unhealthy');
    expect(stateAfter(['healthy', 'unhealthy', 'healthy'], down)).toBe('unhealthy');
    expect(stateAfter(['healthy', 'unknown', 'healthy'], down)).toBe('healthy');
    expect(stateAfter(['unknown', 'unknown', 'unknown'], down)).toBe('unhealthy');
  });

  it('never changes without as many probes in a row as it promises', () => {
    const states = fc.constantFrom<HealthState>('healthy', 'degraded', 'unhealthy', 'unknown');
    fc.assert(
      fc.property(fc.array(states, { maxLength: 60 }), (seen) => {
        let health = UNKNOWN;
        seen.forEach((one, n) => {
          const next = nextHealth(health, one, AT);
          const known = seen.slice(0, n + 1).filter((each) => each !== 'unknown');
          if (next.state !== health.state && health.state !== 'unknown') {
            const needed = known.slice(next.state === 'healthy' || health.state === 'unhealthy' ? -2 : -3);
            expect(needed.every((each) => each !== health.state)).toBe(true);
          }
          health = next;
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('the next slot', () => {
  it('comes sooner while something is wrong, ever later when nobody mends it, and never later for one that answers', () => {
    let failures = 0;
    const pauses = Array.from({ length: 20 }, () => {
      failures = nextFailures(failures, 'unhealthy');
      return pauseAfter(MINUTE_MS, { state: 'unhealthy', failures, seen: 'unhealthy' }) / 1_000;
    });
    expect(pauses.slice(0, 14)).toEqual([...Array(10).fill(15), 30, 60, 120, 240]);
    expect(pauses.at(-1)).toBe(1_800);
    expect(pauseAfter(MINUTE_MS, { state: 'healthy', failures: 0, seen: 'healthy' })).toBe(MINUTE_MS);
    expect(pauseAfter(MINUTE_MS, { state: 'unhealthy', failures: 0, seen: 'healthy' })).toBe(15_000);
    expect(pauseAfter(MINUTE_MS, { state: 'degraded', failures: 50, seen: 'degraded' })).toBe(MINUTE_MS);
    expect(pauseAfter(10_000, { state: 'unhealthy', failures: 3, seen: 'unhealthy' })).toBe(10_000);
  });

  it('lies at the same place of every interval, within one interval, whenever it is asked for', () => {
    const moment = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 });
    fc.assert(
      fc.property(moment, fc.integer({ min: 10_000, max: 86_400_000 }), fc.nat(2_147_483_647), (now, every, spread) => {
        const slot = slotAfter(now, every, spread);
        expect(slot).toBeGreaterThan(now);
        expect(slot - now).toBeLessThanOrEqual(every);
        expect((slot - (spread % every)) % every).toBe(0);
        expect(slotAfter(slot, every, spread)).toBe(slot + every);
      }),
    );
  });
});

describe('a latency histogram', () => {
  it('gives percentiles that are off by a quarter at most, also of the sum of two', () => {
    const latencies = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(latencies, latencies, fc.constantFrom(0.5, 0.95, 0.99), (a, b, share) => {
        const sum: Record<string, number> = {};
        for (const ms of [...a, ...b]) sum[latencyBucket(ms)] = (sum[latencyBucket(ms)] ?? 0) + 1;
        const sorted = [...a, ...b].sort((x, y) => x - y);
        const exact = sorted[Math.max(1, Math.ceil(sorted.length * share)) - 1] ?? 0;
        const told = percentile(sum, share) ?? 0;
        expect(told).toBeGreaterThanOrEqual(exact / 1.26 - 1);
        expect(told).toBeLessThanOrEqual(exact * 1.26 + 1);
      }),
    );
    expect(percentile({}, 0.5)).toBeNull();
  });
});

describe('the budget of a host', () => {
  it('lets so many run at a time, one host never waiting for another, and forgets hosts nobody asks', async () => {
    const budget = new HostBudget({ concurrent: 2, perSecond: 1_000_000 });
    let most = 0;
    let running = 0;
    const work = async (host: string) => {
      const ended = await budget.acquire(host);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      ended();
      ended();
    };
    await Promise.all(Array.from({ length: 9 }, () => work('a')));
    expect(most).toBe(2);
    const held = [await budget.acquire('a'), await budget.acquire('a')];
    (await budget.acquire('b'))();
    for (const end of held) end();
    expect(budget.size).toBeLessThanOrEqual(2);
  });

  it('lets so many begin per second after a burst of as many', async () => {
    let now = 10_000;
    const budget = new HostBudget({ concurrent: 100, perSecond: 5 }, () => now);
    let begun = 0;
    const all = Array.from({ length: 8 }, () => budget.acquire('a').then(() => void begun++));
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toBeGreaterThanOrEqual(5);
    expect(begun).toBeLessThanOrEqual(6);
    now += 2_000;
    await Promise.all(all);
    expect(begun).toBe(8);
  });
});
