import { describe, expect, it } from '@jest/globals';
import { EVERYTHING, NOTHING } from './evidence.fixture.js';
import {
  answer,
  type Evidence,
  evaluate,
  findRule,
  GUARD_NAMES,
  type GuardStatus,
  HOLDS,
  LIFECYCLE_STATES,
  LISTED_TRANSITIONS,
  type LifecycleState,
  TRANSITIONS,
} from './index.js';

/** Every step there is, by hand: action, whether a reason is asked for, and the guards. */
const EXPECTED: Record<string, [string, boolean, string]> = {
  'draft>in_review': ['version.submit', false, 'contract_known check_concluded version_number_fits contact_present'],
  'in_review>draft': ['version.review', true, ''],
  'in_review>rejected': ['version.review', true, ''],
  'in_review>staging': [
    'version.review',
    false,
    'four_eyes contract_known version_number_fits unauthenticated_access_refused no_lint_errors transport_allowed surface_within_budget destructive_tools_ruled approvals_complete',
  ],
  'staging>canary': [
    'version.promote',
    false,
    'staging_inspection_fresh expectations_kept golden_calls_pass slo_set conformance_passes transport_allowed surface_within_budget',
  ],
  'staging>active': [
    'version.promote',
    false,
    'staging_inspection_fresh first_active_or_safe conformance_passes transport_allowed surface_within_budget',
  ],
  'canary>active': ['version.promote', false, 'rollout_complete'],
  'canary>staging': ['version.rollback', true, ''],
  'active>deprecated': [
    'version.deprecate',
    false,
    'successor_declared tool_mapping_fits sunset_window consumers_notified',
  ],
  'deprecated>active': ['version.restore', true, 'before_sunset'],
  'deprecated>decommissioned': ['version.decommission', false, 'sunset_passed drained no_expectations'],
};

const PAIRS = LIFECYCLE_STATES.flatMap((from) =>
  LIFECYCLE_STATES.map((to): [LifecycleState, LifecycleState] => [from, to]),
);

describe('the lifecycle', () => {
  it.each(PAIRS)('has the step from %s to %s exactly when the table says so', (from, to) => {
    const rule = findRule(from, to);
    const expected = EXPECTED[`${from}>${to}`];
    if (expected === undefined) {
      expect(rule).toBeNull();
      return;
    }
    expect([rule?.action, rule?.reasonRequired, rule?.guards.join(' ')]).toEqual(expected);
  });

  it('has one rule per pair of states, and uses every guard', () => {
    expect(new Set(TRANSITIONS.map(({ from, to }) => `${from}>${to}`)).size).toBe(TRANSITIONS.length);
    expect(TRANSITIONS).toHaveLength(Object.keys(EXPECTED).length);
    const used = [...TRANSITIONS, ...LISTED_TRANSITIONS, ...HOLDS].flatMap(({ guards }) => guards);
    expect(new Set(used)).toEqual(new Set(GUARD_NAMES));
  });

  it('leads nowhere from rejected and decommissioned', () => {
    expect(TRANSITIONS.filter(({ from }) => from === 'rejected' || from === 'decommissioned')).toEqual([]);
  });

  it('lets an admin override a decommission and nothing else', () => {
    const overridable = TRANSITIONS.filter((rule) => rule.overridable === true).map(({ action }) => action);
    expect(overridable).toEqual(['version.decommission']);
  });

  const answerFor = (from: LifecycleState, to: LifecycleState, evidence: Evidence) => {
    const rule = findRule(from, to);
    return rule === null ? null : answer(evaluate(rule, evidence));
  };

  it('lets every guarded step pass with full evidence and none without any', () => {
    for (const { from, to, guards } of TRANSITIONS.filter((rule) => rule.guards.length > 0)) {
      const evidence = guards.includes('before_sunset')
        ? { ...EVERYTHING, sunsetAt: '2027-01-01T00:00:00Z' }
        : EVERYTHING;
      expect([from, to, answerFor(from, to, evidence)]).toEqual([from, to, 'yes']);
      expect(answerFor(from, to, NOTHING)).not.toBe('yes');
    }
  });

  it('judges the version number again at approval: what was submitted may have become another contract since', () => {
    const versionNumber = { allowed: false, message: '1.2.0 is too low.', checkId: 'chk_2' };
    expect(answerFor('in_review', 'staging', { ...EVERYTHING, versionNumber })).toBe('no');
    expect(answerFor('in_review', 'staging', { ...EVERYTHING, versionNumber: null })).toBe('unknown');
  });

  it('does not let the publisher approve the version, however complete the evidence', () => {
    expect(answerFor('in_review', 'staging', { ...EVERYTHING, actorId: EVERYTHING.publisherId })).toBe('no');
  });

  it('reports guards in the order of the rule', () => {
    const rule = findRule('draft', 'in_review');
    const reports = rule === null ? [] : evaluate(rule, NOTHING);
    expect(reports.map(({ guard, status }) => [guard, status])).toEqual([
      ['contract_known', 'unknown'],
      ['check_concluded', 'unknown'],
      ['version_number_fits', 'unknown'],
      ['contact_present', 'unmet'],
    ]);
  });
});

describe('the lifecycle of a listed version', () => {
  it('has only published states, and no step that gateways would have to guard', () => {
    expect(LISTED_TRANSITIONS.map((rule) => [rule.from, rule.to, rule.guards.join(' ')])).toEqual([
      ['draft', 'active', 'remote_url_unique'],
      ['active', 'deprecated', ''],
      ['deprecated', 'active', ''],
      ['active', 'decommissioned', ''],
      ['deprecated', 'decommissioned', ''],
      ['decommissioned', 'active', 'remote_url_unique'],
      ['decommissioned', 'deprecated', 'remote_url_unique'],
    ]);
  });

  it('is in the hands of those who publish, who owe nobody a reason', () => {
    for (const rule of LISTED_TRANSITIONS) {
      expect(rule).toMatchObject({ action: 'version.publish', reasonRequired: false });
      expect(rule.overridable).toBeUndefined();
    }
  });

  it('is another table: neither track takes a step of the other', () => {
    expect(findRule('active', 'decommissioned')).toBeNull();
    expect(findRule('active', 'decommissioned', 'listed')).not.toBeNull();
    expect(findRule('draft', 'in_review', 'listed')).toBeNull();
  });
});

describe('answer', () => {
  const of = (...statuses: GuardStatus[]) =>
    answer(statuses.map((status) => ({ guard: 'drained', status, message: '', evidence: {} })));

  it('is no before unknown before yes', () => {
    expect(of()).toBe('yes');
    expect(of('met', 'met')).toBe('yes');
    expect(of('met', 'unknown')).toBe('unknown');
    expect(of('unknown', 'unmet', 'met')).toBe('no');
  });
});
