import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LIFECYCLE_STATES, type LifecycleState, latestVersion, type RankedVersion, registryStatus } from './index.js';

describe('registryStatus', () => {
  it('maps each state to the registry API, and shows nothing before canary', () => {
    const mapped = LIFECYCLE_STATES.map((state) => [state, registryStatus(state, false)]);
    expect(Object.fromEntries(mapped)).toEqual({
      draft: null,
      in_review: null,
      rejected: null,
      staging: null,
      canary: 'active',
      active: 'active',
      deprecated: 'deprecated',
      decommissioned: 'deleted',
    });
  });

  it('hides whatever is quarantined', () => {
    expect(LIFECYCLE_STATES.map((state) => registryStatus(state, true))).toEqual(LIFECYCLE_STATES.map(() => null));
  });
});

describe('latestVersion', () => {
  const of = (...entries: (string | [string, LifecycleState])[]) =>
    latestVersion(
      entries.map((entry) =>
        typeof entry === 'string' ? { version: entry, state: 'active' } : { version: entry[0], state: entry[1] },
      ),
    );

  it('is the highest by semver precedence, not the last published', () => {
    expect(of('1.10.0', '1.9.0')).toBe('1.10.0');
    expect(of('1.0.0-rc.1', '1.0.0', '1.0.0-rc.2')).toBe('1.0.0');
    expect(of('v2.0.0', '1.0.0')).toBe('v2.0.0');
  });

  it('prefers semver over anything else, whichever came later', () => {
    expect(of('0.0.1', 'nightly')).toBe('0.0.1');
    expect(of('nightly', '0.0.1')).toBe('0.0.1');
    expect(of('1.0', '0.0.1', '2026.11')).toBe('0.0.1');
  });

  it('takes the later publish when neither is semver', () => {
    expect(of('nightly-2', 'nightly-1')).toBe('nightly-1');
    const dated: RankedVersion[] = [
      { version: 'b', state: 'active', publishedAt: '2026-11-02T00:00:00Z' },
      { version: 'a', state: 'active', publishedAt: '2026-11-01T00:00:00Z' },
    ];
    expect(latestVersion(dated)).toBe('b');
  });

  it('moves only for a strictly greater version', () => {
    expect(of('1.0.0+a', '1.0.0+b')).toBe('1.0.0+a');
  });

  it('keeps deprecated versions eligible, and a canary too', () => {
    expect(of('1.0.0', ['2.0.0', 'deprecated'])).toBe('2.0.0');
    expect(of('1.0.0', ['2.0.0', 'canary'])).toBe('2.0.0');
  });

  it('points at a decommissioned version only when there is no other', () => {
    expect(of('1.0.0', ['2.0.0', 'decommissioned'])).toBe('1.0.0');
    expect(of(['1.0.0', 'decommissioned'], ['2.0.0', 'decommissioned'])).toBe('2.0.0');
  });

  it('sees nothing that public readers do not see', () => {
    expect(of(['1.0.0', 'draft'], ['2.0.0', 'staging'], ['3.0.0', 'in_review'], ['4.0.0', 'rejected'])).toBeNull();
    expect(latestVersion([{ version: '1.0.0', state: 'active', quarantined: true }])).toBeNull();
    expect(of()).toBeNull();
  });

  it('never points at a decommissioned version while another is shown, whatever the versions', () => {
    const entry = fc.record({
      version: fc.constantFrom('1.0.0', '1.0.1', '2.0.0-a', 'x', 'y', '1.0', 'v3.0.0'),
      state: fc.constantFrom(...LIFECYCLE_STATES),
      quarantined: fc.boolean(),
    });
    const list = fc.uniqueArray(entry, { selector: ({ version }) => version });
    const property = fc.property(list, (versions) => {
      const latest = versions.find(({ version }) => version === latestVersion(versions));
      const shown = versions.filter(({ state, quarantined }) => registryStatus(state, quarantined) !== null);
      expect(latest === undefined).toBe(shown.length === 0);
      if (shown.some(({ state }) => state !== 'decommissioned')) expect(latest?.state).not.toBe('decommissioned');
      expect(latest === undefined || shown.includes(latest)).toBe(true);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
