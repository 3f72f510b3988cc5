import { describe, expect, it } from '@jest/globals';
import { chooseBase, defaultAlias, isAlias, isNamespace } from './index.js';

const version = (version: string, state = 'active', contractDigest: string | null = 'sha256:x') => ({
  version,
  state,
  contractDigest,
});

describe('the base a version is judged against', () => {
  it.each([
    ['nothing when there is no other version', '1.0.0', [version('1.0.0')], null],
    ['the highest lower one, not the newest published', '1.3.0', [version('1.1.0'), version('1.2.0')], '1.2.0'],
    ['a lower one for a patch of an old line', '1.0.1', [version('2.0.0'), version('1.0.0')], '1.0.0'],
    ['by semver and not by text', '1.11.0', [version('1.9.0'), version('1.10.0')], '1.10.0'],
    ['no rejected one', '1.2.0', [version('1.1.0', 'rejected'), version('1.0.0')], '1.0.0'],
    ['no decommissioned one', '1.2.0', [version('1.1.0', 'decommissioned'), version('1.0.0')], '1.0.0'],
    ['none whose contract is not known', '1.2.0', [version('1.1.0', 'draft', null), version('1.0.0')], '1.0.0'],
    ['a draft that was observed', '1.2.0', [version('1.1.0', 'draft'), version('1.0.0')], '1.1.0'],
    ['a pre-release of itself', '1.0.0', [version('1.0.0-rc.1'), version('0.9.0')], '1.0.0-rc.1'],
    ['no version without semver for one with', '1.0.0', [version('nightly')], null],
    [
      'the newest published when it has no semver itself',
      'nightly-2',
      [version('nightly-1'), version('9.0.0')],
      'nightly-1',
    ],
  ])('is %s', (_name, head, candidates, expected) => {
    expect(chooseBase(head, candidates)?.version ?? null).toBe(expected);
  });
});

describe('names', () => {
  it.each([
    ['com.acme/ledger', 'ledger'],
    ['com.acme/Ledger_API.v2', 'ledger-api-v2'],
    ['com.acme/--x--', 'x'],
  ])('of the server %s give the alias %s', (name, alias) => {
    expect(defaultAlias(name)).toBe(alias);
    expect(isAlias(alias)).toBe(true);
  });

  it.each(['', '-a', 'A', 'a_b', 'a b', 'a__b', 'a'.repeat(33), 'ä'])('refuse %j as an alias', (text) => {
    expect(isAlias(text)).toBe(false);
  });

  it.each(['acme', 'com..acme', '.com.acme', 'com.acme.', 'com.acme/x', 'com.-acme', `com.${'a'.repeat(200)}`])(
    'refuse %j as a namespace',
    (text) => {
      expect(isNamespace(text)).toBe(false);
    },
  );
});
