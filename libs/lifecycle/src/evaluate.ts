import type { Evidence } from './evidence.js';
import type { Finding, GuardName, GuardReport } from './guard-report.js';
import { held, liftedByPerson, notHeld } from './hold-guards.js';
import { remoteUrlUnique } from './listing-guards.js';
import {
  conformancePasses,
  expectationsKept,
  firstActiveOrSafe,
  goldenCallsPass,
  rolloutComplete,
  sloSet,
  stagingInspectionFresh,
} from './promotion-guards.js';
import {
  beforeSunset,
  consumersNotified,
  drained,
  noExpectations,
  successorDeclared,
  sunsetPassed,
  sunsetWindow,
  toolMappingFits,
} from './retirement-guards.js';
import {
  approvalsComplete,
  checkConcluded,
  contactPresent,
  contractKnown,
  destructiveToolsRuled,
  fourEyes,
  noLintErrors,
  surfaceWithinBudget,
  transportAllowed,
  unauthenticatedAccessRefused,
  versionNumberFits,
} from './review-guards.js';

const GUARDS: Record<GuardName, (evidence: Evidence) => Finding> = {
  contract_known: contractKnown,
  check_concluded: checkConcluded,
  version_number_fits: versionNumberFits,
  contact_present: contactPresent,
  four_eyes: fourEyes,
  unauthenticated_access_refused: unauthenticatedAccessRefused,
  no_lint_errors: noLintErrors,
  transport_allowed: transportAllowed,
  surface_within_budget: surfaceWithinBudget,
  destructive_tools_ruled: destructiveToolsRuled,
  approvals_complete: approvalsComplete,
  staging_inspection_fresh: stagingInspectionFresh,
  expectations_kept: expectationsKept,
  golden_calls_pass: goldenCallsPass,
  slo_set: sloSet,
  conformance_passes: conformancePasses,
  first_active_or_safe: firstActiveOrSafe,
  rollout_complete: rolloutComplete,
  successor_declared: successorDeclared,
  tool_mapping_fits: toolMappingFits,
  sunset_window: sunsetWindow,
  consumers_notified: consumersNotified,
  before_sunset: beforeSunset,
  sunset_passed: sunsetPassed,
  drained,
  no_expectations: noExpectations,
  remote_url_unique: remoteUrlUnique,
  not_held: notHeld,
  held,
  lifted_by_person: liftedByPerson,
};

/** Each guard of a rule with what it found, in the rule's order: the one function behind the console, `can-i` and the API. */
export function evaluate(rule: { guards: readonly GuardName[] }, evidence: Evidence): GuardReport[] {
  return rule.guards.map((guard) => ({ guard, ...GUARDS[guard](evidence) }));
}

/** `no` when a guard is unmet, else `unknown` when one is unknown, else `yes`; only `yes` lets a transition pass. */
export function answer(reports: readonly GuardReport[]): 'yes' | 'no' | 'unknown' {
  if (reports.some(({ status }) => status === 'unmet')) return 'no';
  return reports.every(({ status }) => status === 'met') ? 'yes' : 'unknown';
}
