import type { JsonObject } from '@rollcall/kernel';

/** Every condition a transition can ask for. */
export const GUARD_NAMES = [
  'contract_known',
  'check_concluded',
  'version_number_fits',
  'contact_present',
  'four_eyes',
  'unauthenticated_access_refused',
  'no_lint_errors',
  'transport_allowed',
  'surface_within_budget',
  'destructive_tools_ruled',
  'approvals_complete',
  'staging_inspection_fresh',
  'expectations_kept',
  'golden_calls_pass',
  'slo_set',
  'conformance_passes',
  'first_active_or_safe',
  'rollout_complete',
  'successor_declared',
  'tool_mapping_fits',
  'sunset_window',
  'consumers_notified',
  'before_sunset',
  'sunset_passed',
  'drained',
  'no_expectations',
  'remote_url_unique',
  'not_held',
  'held',
  'lifted_by_person',
] as const;

/** The name of a guard. */
export type GuardName = (typeof GUARD_NAMES)[number];

/** `unknown` means that there is no evidence either way; it never lets a transition pass. */
export type GuardStatus = 'met' | 'unmet' | 'unknown';

/** What a guard found: the sentence names the evidence there is, or what is missing. */
export type GuardReport = { guard: GuardName; status: GuardStatus; message: string; evidence: JsonObject };

/** A guard's finding before its name is attached. */
export type Finding = Omit<GuardReport, 'guard'>;

/** The condition holds. */
export const met = (message: string, evidence: JsonObject = {}): Finding => ({ status: 'met', message, evidence });
/** The condition does not hold. */
export const unmet = (message: string, evidence: JsonObject = {}): Finding => ({ status: 'unmet', message, evidence });
/** Nobody knows whether it holds. */
export const unknown = (message: string, evidence: JsonObject = {}): Finding => ({
  status: 'unknown',
  message,
  evidence,
});
