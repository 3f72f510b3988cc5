import { describe, expect, it } from '@jest/globals';
import { policyFields } from './policy-fields.js';

describe('the fields of a policy', () => {
  it('are listed with their path, their value and who decided them', () => {
    const effective = {
      drainWindowDays: 7,
      semver: 'warn',
      approvals: { low: 1, high: 2 },
      tokenMaxDays: null,
      days: [30, 7],
    };
    const document = { semver: 'warn', approvals: { high: 2 } };
    expect(policyFields({ effective, document })).toEqual([
      { name: 'drainWindowDays', value: '7', isDecided: false },
      { name: 'semver', value: 'warn', isDecided: true },
      { name: 'approvals.low', value: '1', isDecided: false },
      { name: 'approvals.high', value: '2', isDecided: true },
      { name: 'tokenMaxDays', value: 'no limit', isDecided: false },
      { name: 'days', value: '30, 7', isDecided: false },
    ]);
  });

  it('are none when the api sends something else', () => {
    expect(policyFields({ effective: null, document: {} })).toEqual([]);
    expect(policyFields({ effective: [1], document: {} })).toEqual([]);
  });
});
