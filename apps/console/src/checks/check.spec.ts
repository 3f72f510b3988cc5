import { describe, expect, it } from '@jest/globals';
import { baseOf, type CheckChange, type CheckEntity, subjectOf, verdictOf } from './check.js';

const change = (more: object = {}) =>
  ({ waits: false, approval: null, impacts: [], ...more }) as unknown as CheckChange;
const check = (more: object = {}) =>
  ({
    status: 'completed',
    conclusion: 'success',
    waiting: 0,
    changes: [],
    steps: [],
    baseVersion: '1.2.4',
    baseEnvironment: null,
    ...more,
  }) as unknown as CheckEntity;

describe('the first line of a check', () => {
  const held = change({ waits: true, impacts: [{ agent: 'billing' }, { agent: 'ops' }, { agent: 'ops' }] });
  it.each<[object, string]>([
    [{ status: 'queued' }, 'Waiting to run.'],
    [
      { waiting: 1, changes: [held], baseEnvironment: 'production' },
      'Blocked: 1 change used by 2 consumers waits for approval against production (1.2.4).',
    ],
    [{ waiting: 2, changes: [change({ waits: true })] }, 'Blocked: 2 changes wait for approval against 1.2.4.'],
    [{ conclusion: 'failure', steps: [{ name: 'semver', status: 'failed' }] }, 'Blocked: semver failed against 1.2.4.'],
    [{ changes: [change({ approval: {} })] }, 'Passed against 1.2.4: 1 change is approved.'],
    [{ baseVersion: null }, 'Passed: no change.'],
    [{ conclusion: 'neutral' }, 'Nothing could be concluded.'],
  ])('of %j is %s', (more, sentence) => {
    expect(verdictOf(check(more))).toBe(sentence);
  });

  it('names what it is about', () => {
    expect(subjectOf({ serverName: 'com.acme/x', version: null })).toBe('com.acme/x');
    expect(subjectOf({ serverName: 'com.acme/x', version: '1.0.0' })).toBe('com.acme/x 1.0.0');
    expect(baseOf({ baseVersion: null, baseEnvironment: 'production' })).toBe('production');
    expect(baseOf({ baseVersion: null, baseEnvironment: null })).toBeNull();
  });
});
