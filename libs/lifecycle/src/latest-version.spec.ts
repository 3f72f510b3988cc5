import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LifecycleState, latestVersion, type RankedVersion } from './index.js';

/** The rule again, written from its description and not from the code: a second opinion for {@link latestVersion}. */
const SEMVER =
  /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

function compare(a: string, b: string): number {
  const [left, right] = [SEMVER.exec(a), SEMVER.exec(b)];
  if (!left || !right) return Number(left !== null) - Number(right !== null);
  for (const part of [1, 2, 3]) {
    const order = Number(left[part]) - Number(right[part]);
    if (order !== 0) return Math.sign(order);
  }
  return comparePrerelease(left[4], right[4]);
}

function comparePrerelease(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const [left, right] = [a.split('.'), b.split('.')];
  for (let n = 0; n < Math.max(left.length, right.length); n++) {
    const [x, y] = [left[n], right[n]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    if (x === y) continue;
    const [xNumber, yNumber] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (xNumber && yNumber) return Math.sign(Number(x) - Number(y));
    if (xNumber !== yNumber) return xNumber ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}

/** Publishing one after the other, as the rule tells it: a new version takes over only when it is strictly greater. */
function published(versions: readonly RankedVersion[]): string | null {
  let latest: RankedVersion | null = null;
  for (const version of versions) {
    const order = latest === null ? 1 : compare(version.version, latest.version);
    const neither = latest !== null && !SEMVER.test(version.version) && !SEMVER.test(latest.version);
    if (order > 0 || neither) latest = version;
  }
  return latest?.version ?? null;
}

const version = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', 'v'),
      fc.nat(3),
      fc.nat(12),
      fc.nat(3),
      fc.constantFrom('', '-rc.1', '-rc.2', '-rc.10', '-alpha', '-1', '+build', '-rc.1+b'),
    )
    .map(([v, major, minor, patch, end]) => `${v}${major}.${minor}.${patch}${end}`),
  fc.constantFrom(
    'nightly',
    '1.0',
    '2026.11',
    '01.0.0',
    '1.0.0.0',
    'v1',
    'x',
    'V1.0.0',
    '1.0.0-',
    '1.0.0-01',
    '=1.0.0',
  ),
);
const SHOWN: LifecycleState[] = ['canary', 'active', 'deprecated'];

describe('the latest version', () => {
  const inOrder = (states: readonly LifecycleState[]) =>
    fc
      .uniqueArray(fc.record({ version, state: fc.constantFrom(...states) }), {
        selector: (entry) => entry.version,
        maxLength: 12,
      })
      .map((entries) =>
        entries.map((entry, n) => ({ ...entry, publishedAt: new Date(Date.UTC(2026, 0, 1 + n)).toISOString() })),
      );

  it('is what publishing one after the other leads to, whatever the versions', () => {
    fc.assert(
      fc.property(inOrder(SHOWN), (versions) => {
        expect(latestVersion(versions)).toBe(published(versions));
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not depend on the order in which rows come', () => {
    const shuffled = inOrder(SHOWN).chain((versions) =>
      fc.tuple(fc.constant(versions), fc.shuffledSubarray(versions, { minLength: versions.length })),
    );
    fc.assert(
      fc.property(shuffled, ([versions, others]) => {
        expect(latestVersion(others)).toBe(latestVersion(versions));
      }),
      { numRuns: 500 },
    );
  });

  it('is the highest that is not deleted, and the highest of all when all are', () => {
    fc.assert(
      fc.property(inOrder([...SHOWN, 'decommissioned', 'draft']), (versions) => {
        const alive = versions.filter(({ state }) => SHOWN.includes(state));
        const deleted = versions.filter(({ state }) => state === 'decommissioned');
        expect(latestVersion(versions)).toBe(published(alive.length > 0 ? alive : deleted));
      }),
      { numRuns: 1_000 },
    );
  });
});
