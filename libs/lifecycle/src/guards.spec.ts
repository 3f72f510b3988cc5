import { describe, expect, it } from '@jest/globals';
import { digestOf } from '@rollcall/contract';
import { EVERYTHING, NOTHING } from './evidence.fixture.js';
import { DEFAULT_POLICY, type Evidence, evaluate, GUARD_NAMES, type GuardName, type GuardStatus } from './index.js';

function report(guard: GuardName, parts: Partial<Evidence>, base = EVERYTHING) {
  const rule = { from: 'draft', to: 'in_review', action: 'test', guards: [guard], reasonRequired: false } as const;
  const [found] = evaluate(rule, { ...base, ...parts });
  if (found === undefined) throw new Error('no report');
  return found;
}

const OTHER = digestOf('other');
const { concludedCheck, stagingInspection, deprecation } = EVERYTHING as {
  [K in keyof Evidence]: NonNullable<Evidence[K]>;
};
const observedOpen = { refused: false, inspectionId: 'ins_1', at: '2026-11-20T10:00:00Z' };
const exception = {
  id: 'exc_1',
  guard: 'unauthenticated_access_refused' as const,
  reason: 'Public data.',
  expiresAt: '2026-11-20T12:00:01Z',
};
const successor = { server: 'com.acme/ledger', version: '2.0.0', track: 'governed' as const, loop: false };
const OPEN_ONLY = { ...DEFAULT_POLICY, allowedAuthKinds: ['none' as const] };
const INSISTS = { ...DEFAULT_POLICY, requireConformance: ['ping'] };
const CONFORMANCE = { runId: 'cfr_1', at: '2026-11-20T11:00:00Z', scenarios: [{ name: 'ping', status: 'passed' }] };
const SMALL = { ...DEFAULT_POLICY, surfaceBudget: { maxTools: 1, maxEstimatedTokens: 100 } };
const THREE_REVIEWERS = { ...DEFAULT_POLICY, requiredApprovals: { ...DEFAULT_POLICY.requiredApprovals, high: 3 } };
const ONLY_HTTP = { ...DEFAULT_POLICY, allowedTransports: ['streamable-http' as const] };
const approval = (reviewerId: string) => ({ reviewerId, handle: reviewerId, at: '2026-11-20T11:00:00Z' });
const silence = { lastCallAt: null, reportedUntil: null, gateways: 1, silent: [] };

/** What each guard says about which evidence, read on top of evidence with which it is met. */
const TABLE: Record<GuardName, [GuardStatus, Partial<Evidence>][]> = {
  contract_known: [['unknown', { contractDigest: null }]],
  check_concluded: [
    ['unknown', { concludedCheck: null }],
    ['unknown', { contractDigest: null }],
    ['unknown', { concludedCheck: { ...concludedCheck, contractDigest: null } }],
    ['unmet', { contractDigest: OTHER }],
    ['met', { concludedCheck: { ...concludedCheck, conclusion: 'breaking', lintErrors: 4 } }],
  ],
  version_number_fits: [
    ['unknown', { versionNumber: null }],
    ['unmet', { versionNumber: { allowed: false, message: '1.0.1 is too low.', checkId: 'chk_1' } }],
  ],
  contact_present: [
    ['unmet', { contact: null }],
    ['unmet', { contact: '  ' }],
  ],
  four_eyes: [
    ['unmet', { actorId: 'prn_1' }],
    ['unknown', { actorId: null }],
    ['unknown', { publisherId: null }],
    ['unknown', { publisherId: null, actorId: null }],
  ],
  unauthenticated_access_refused: [
    ['unknown', { unauthenticatedAccess: null }],
    ['unmet', { unauthenticatedAccess: observedOpen }],
    ['met', { unauthenticatedAccess: observedOpen, exceptions: [exception] }],
    ['met', { unauthenticatedAccess: null, exceptions: [exception] }],
    ['unmet', { unauthenticatedAccess: observedOpen, exceptions: [{ ...exception, expiresAt: EVERYTHING.now }] }],
    ['unmet', { unauthenticatedAccess: observedOpen, exceptions: [{ ...exception, expiresAt: 'never' }] }],
    ['unmet', { unauthenticatedAccess: observedOpen, exceptions: [{ ...exception, guard: 'four_eyes' }] }],
    ['met', { unauthenticatedAccess: null, transport: 'stdio' }],
    ['unknown', { unauthenticatedAccess: null, transport: null }],
    ['met', { unauthenticatedAccess: observedOpen, policy: OPEN_ONLY }],
    ['unmet', { policy: OPEN_ONLY }],
  ],
  no_lint_errors: [
    ['unmet', { concludedCheck: { ...concludedCheck, lintErrors: 1 } }],
    ['unmet', { concludedCheck: { ...concludedCheck, lintErrors: 1 }, exceptions: [exception] }],
    [
      'met',
      {
        concludedCheck: { ...concludedCheck, lintErrors: 1 },
        exceptions: [{ ...exception, guard: 'no_lint_errors' }],
      },
    ],
    ['unknown', { concludedCheck: null }],
    ['unknown', { contractDigest: OTHER }],
    ['unknown', { contractDigest: null, concludedCheck: { ...concludedCheck, contractDigest: null } }],
  ],
  transport_allowed: [
    ['unknown', { transports: null }],
    ['unknown', { transports: [] }],
    ['unmet', { transports: ['streamable-http', 'sse'], policy: ONLY_HTTP }],
    ['unmet', { transports: ['carrier-pigeon'] }],
    ['met', { transports: ['sse'], policy: ONLY_HTTP, exceptions: [{ ...exception, guard: 'transport_allowed' }] }],
  ],
  surface_within_budget: [
    ['unknown', { surface: null }],
    ['met', { surface: { tools: 1, estimatedTokens: 100 }, policy: SMALL }],
    ['unmet', { surface: { tools: 2, estimatedTokens: 100 }, policy: SMALL }],
    ['unmet', { surface: { tools: 1, estimatedTokens: 101 }, policy: SMALL }],
    ['met', { policy: SMALL, exceptions: [{ ...exception, guard: 'surface_within_budget' }] }],
  ],
  approvals_complete: [
    ['unknown', { approvals: null }],
    ['unknown', { criticality: null }],
    ['unmet', { policy: THREE_REVIEWERS }],
    ['unmet', { policy: THREE_REVIEWERS, approvals: [approval('prn_2'), approval('prn_3')] }],
    ['met', { policy: THREE_REVIEWERS, approvals: [approval('prn_4'), approval('prn_3')] }],
    // the publisher's word counts for nothing
    ['unmet', { policy: THREE_REVIEWERS, approvals: [approval('prn_1'), approval('prn_3')] }],
    ['met', { policy: THREE_REVIEWERS, criticality: 'low' }],
  ],
  destructive_tools_ruled: [
    ['unknown', { destructiveTools: null }],
    ['met', { destructiveTools: [], approvalRules: {} }],
    ['unmet', { approvalRules: {} }],
    ['unmet', { destructiveTools: ['wipe', 'drop'] }],
    ['met', { destructiveTools: ['wipe', 'drop'], approvalRules: { '*': 'none' } }],
    ['unmet', { destructiveTools: ['constructor'] }],
  ],
  staging_inspection_fresh: [
    ['unknown', { stagingInspection: null }],
    ['unknown', { approvedContractDigest: null }],
    ['unknown', { stagingInspection: { ...stagingInspection, contractDigest: null } }],
    ['unmet', { approvedContractDigest: OTHER }],
    ['unmet', { stagingInspection: { ...stagingInspection, outcome: 'timeout' } }],
    ['met', { stagingInspection: { ...stagingInspection, at: '2026-11-19T12:00:00Z' } }],
    ['unmet', { stagingInspection: { ...stagingInspection, at: '2026-11-19T11:59:59Z' } }],
    ['unknown', { stagingInspection: { ...stagingInspection, at: '2026-11-20T12:01:01Z' } }],
    ['unknown', { stagingInspection: { ...stagingInspection, at: 'today' } }],
    // Nobody approved and nobody saw a contract: equal ignorance is not agreement.
    ['unknown', { approvedContractDigest: null, stagingInspection: { ...stagingInspection, contractDigest: null } }],
  ],
  expectations_kept: [
    ['unknown', { consumerImpact: null }],
    ['unmet', { consumerImpact: { broken: [{ agentId: 'agt_1', approved: false }] } }],
    ['met', { consumerImpact: { broken: [{ agentId: 'agt_1', approved: true }] } }],
  ],
  golden_calls_pass: [
    ['unknown', { goldenCalls: null }],
    ['unknown', { goldenCalls: { total: 0, failed: 0, at: EVERYTHING.now } }],
    ['unmet', { goldenCalls: { total: 3, failed: 1, at: EVERYTHING.now } }],
  ],
  slo_set: [
    ['unknown', { slo: null }],
    ['unmet', { slo: { objective: null } }],
  ],
  conformance_passes: [
    ['met', { conformance: null }],
    ['unknown', { policy: INSISTS }],
    ['unmet', { policy: INSISTS, conformance: { ...CONFORMANCE, scenarios: [] } }],
    ['unmet', { policy: INSISTS, conformance: { ...CONFORMANCE, scenarios: [{ name: 'ping', status: 'skipped' }] } }],
    ['met', { policy: INSISTS, conformance: CONFORMANCE }],
  ],
  first_active_or_safe: [
    ['met', { firstActive: true, changeClass: null }],
    ['met', { changeClass: 'identical' }],
    ['unmet', { changeClass: 'dangerous' }],
    ['unmet', { changeClass: 'breaking' }],
    ['unknown', { changeClass: null }],
    ['unknown', { firstActive: null, changeClass: 'breaking' }],
    ['unmet', { firstActive: true, policy: { ...DEFAULT_POLICY, allowDirectActivation: false } }],
  ],
  rollout_complete: [
    ['unmet', { rollout: { lastStepReached: false, soaked: true, errorBudgetBurning: false } }],
    ['unmet', { rollout: { lastStepReached: true, soaked: false, errorBudgetBurning: false } }],
    ['unmet', { rollout: { lastStepReached: true, soaked: true, errorBudgetBurning: true } }],
    ['met', { rollout: null }],
    ['unknown', { rollout: null, changeClass: 'dangerous' }],
    ['unknown', { rollout: null, policy: { ...DEFAULT_POLICY, allowDirectActivation: false } }],
  ],
  successor_declared: [
    ['unknown', { deprecation: null }],
    ['unmet', { deprecation: { ...deprecation, successor: null } }],
    ['met', { deprecation: { ...deprecation, successor: null, noSuccessor: true } }],
    ['unmet', { deprecation: { ...deprecation, noSuccessor: true } }],
    ['met', { deprecation: { ...deprecation, successor: { ...successor, state: 'staging' } } }],
    ['met', { deprecation: { ...deprecation, successor: { ...successor, state: 'canary' } } }],
    ['unmet', { deprecation: { ...deprecation, successor: { ...successor, state: 'in_review' } } }],
    ['unmet', { deprecation: { ...deprecation, successor: { ...successor, state: 'deprecated' } } }],
    ['unmet', { deprecation: { ...deprecation, successor: { ...successor, state: 'decommissioned' } } }],
    ['unmet', { deprecation: { ...deprecation, successor: { ...successor, state: 'active', loop: true } } }],
    ['unmet', { deprecation: { ...deprecation, successor: { ...successor, state: 'active', track: 'listed' } } }],
  ],
  sunset_window: [
    ['unknown', { deprecation: null }],
    ['unmet', { deprecation: { ...deprecation, sunsetAt: null } }],
    ['unmet', { deprecation: { ...deprecation, sunsetAt: '2026-12-20T11:59:59Z' } }],
    ['unmet', { deprecation: { ...deprecation, sunsetAt: 'later' } }],
    ['unmet', { policy: { ...DEFAULT_POLICY, deprecationMinimumDays: 31 } }],
  ],
  tool_mapping_fits: [
    ['unknown', { deprecation: null }],
    ['met', { deprecation: { ...deprecation, successor: null, mapping: { tools: {}, before: null, after: null } } }],
    ['unmet', { deprecation: { ...deprecation, successor: null } }],
    ['unmet', { deprecation: { ...deprecation, mapping: { ...deprecation.mapping, before: ['list'] } } }],
    ['unmet', { deprecation: { ...deprecation, mapping: { ...deprecation.mapping, after: ['list'] } } }],
    ['unknown', { deprecation: { ...deprecation, mapping: { ...deprecation.mapping, before: null } } }],
    ['unknown', { deprecation: { ...deprecation, mapping: { ...deprecation.mapping, after: null } } }],
    ['met', { deprecation: { ...deprecation, mapping: { tools: {}, before: null, after: null } } }],
    ['unmet', { deprecation: { ...deprecation, mapping: { ...deprecation.mapping, tools: { constructor: 'list' } } } }],
  ],
  consumers_notified: [
    ['unknown', { deprecation: null }],
    ['unknown', { deprecation: { ...deprecation, consumers: null } }],
    ['met', { deprecation: { ...deprecation, consumers: [] } }],
    ['unmet', { deprecation: { ...deprecation, consumers: [{ agent: 'a', team: 'b', reachable: false }] } }],
  ],
  before_sunset: [
    ['met', { sunsetAt: '2026-11-20T12:00:01Z' }],
    ['unmet', { sunsetAt: '2026-11-20T12:00:00Z' }],
    ['unknown', { sunsetAt: null }],
    ['unknown', { sunsetAt: 'soon' }],
  ],
  sunset_passed: [
    ['unmet', { sunsetAt: '2026-11-20T12:00:01Z' }],
    ['unknown', { sunsetAt: null }],
    ['unknown', { sunsetAt: 'soon' }],
  ],
  drained: [
    ['unknown', { usage: null }],
    ['unknown', { usage: silence }],
    ['unknown', { usage: { ...silence, reportedUntil: '2026-11-20T10:59:59Z' } }],
    ['met', { usage: { ...silence, reportedUntil: '2026-11-20T11:00:00Z' } }],
    ['unknown', { usage: { ...silence, reportedUntil: EVERYTHING.now, silent: ['eu-1'] } }],
    ['met', { usage: { ...silence, gateways: 0 } }],
    ['unmet', { usage: { ...silence, lastCallAt: '2026-11-13T12:00:00Z', reportedUntil: EVERYTHING.now } }],
    ['unmet', { usage: { ...silence, lastCallAt: EVERYTHING.now } }],
    ['unmet', { usage: { ...silence, gateways: 0, lastCallAt: EVERYTHING.now } }],
    ['unmet', { usage: { ...silence, lastCallAt: 'long ago', reportedUntil: EVERYTHING.now } }],
    ['unmet', { policy: { ...DEFAULT_POLICY, drainWindowDays: 8 } }],
  ],
  no_expectations: [
    ['unknown', { reliance: null }],
    ['unmet', { reliance: [{ agentId: 'agt_1', agent: 'bot', environment: null, tools: ['pay'] }] }],
  ],
  not_held: [['unmet', { quarantineReason: 'It leaks.' }]],
  held: [['unmet', { quarantineReason: null }]],
  lifted_by_person: [
    ['unknown', { actorKind: null }],
    ['unmet', { actorKind: 'service_account' }],
    ['unmet', { actorKind: 'system' }],
  ],
  remote_url_unique: [
    ['unknown', { sharedRemotes: null }],
    ['unmet', { sharedRemotes: [{ url: 'https://mcp.example.com/', server: 'com.acme/other' }] }],
  ],
};

/** Guards about our own records: there, nothing recorded is known to be nothing. */
const FROM_OUR_RECORDS: Partial<Record<GuardName, GuardStatus>> = {
  contact_present: 'unmet',
  conformance_passes: 'met',
  held: 'unmet',
  not_held: 'met',
};
/** With these the evidence of all others is full: a version cannot be held and not held, and a sunset is before or behind. */
const FULL: Partial<Record<GuardName, Partial<Evidence>>> = {
  before_sunset: { sunsetAt: '2027-01-01T00:00:00Z' },
  held: { quarantineReason: 'It leaks.' },
};

describe('guards', () => {
  it.each([...GUARD_NAMES])('%s judges as its table says', (guard) => {
    for (const [status, parts] of TABLE[guard]) {
      expect({ parts, status: report(guard, parts).status }).toEqual({ parts, status });
    }
  });

  it.each([...GUARD_NAMES])('%s is met by full evidence', (guard) => {
    const found = report(guard, FULL[guard] ?? {});
    expect(found).toMatchObject({ guard, status: 'met' });
    expect(found.message).toMatch(/\.$/);
  });

  it.each([...GUARD_NAMES])('%s judges nothing that is not known', (guard) => {
    const { status, message } = report(guard, {}, NOTHING);
    expect(status).toBe(FROM_OUR_RECORDS[guard] ?? 'unknown');
    expect(message).toMatch(/\.$/);
  });

  it('refuses the publisher as reviewer and says so', () => {
    const found = report('four_eyes', { actorId: 'prn_1' });
    expect(found.message).toBe('The reviewer published this version; somebody else has to review it.');
    expect(found.evidence).toEqual({ publisherId: 'prn_1', actorId: 'prn_1' });
  });

  it('tells golden calls that failed from those that were not made', () => {
    const message = (notMade: number) =>
      report('golden_calls_pass', { goldenCalls: { total: 3, failed: 2, notMade, at: EVERYTHING.now } }).message;
    expect(message(0)).toBe('Of 3 golden calls: 2 failed.');
    expect(message(1)).toBe('Of 3 golden calls: 1 failed, 1 not made.');
  });

  it('names the consumers whose breaks are approved', () => {
    const found = report('expectations_kept', {
      consumerImpact: { broken: [{ agentId: 'agt_1', agent: 'bot', environment: 'production', approved: true }] },
    });
    expect(found.message).toBe('Every change that breaks these consumers is approved: bot in production.');
    expect(report('expectations_kept', { consumerImpact: { broken: [] } }).message).not.toContain('approved');
  });

  it('tells no time that is still to come as that of the last call', () => {
    const usage = { ...silence, lastCallAt: '2026-11-20T12:59:59.999Z' };
    expect(report('drained', { usage }).message).toBe(
      `The last call was within this hour, within the last ${DEFAULT_POLICY.drainWindowDays} days.`,
    );
  });

  it('names the destructive tools nobody ruled on', () => {
    const found = report('destructive_tools_ruled', { destructiveTools: ['wipe', 'drop', 'erase'] });
    expect(found.message).toBe('No approval rule for: drop, erase.');
  });
});
