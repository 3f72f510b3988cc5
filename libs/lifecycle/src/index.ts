export { answer, evaluate } from './evaluate.js';
export { type Evidence, noEvidence } from './evidence.js';
export { GUARD_NAMES, type GuardName, type GuardReport, type GuardStatus } from './guard-report.js';
export { LIFECYCLE_STATES, type LifecycleState } from './lifecycle-state.js';
export { remoteUrlReport } from './listing-guards.js';
export {
  AUTH_KINDS,
  type AuthKind,
  CRITICALITIES,
  type Criticality,
  DEFAULT_POLICY,
  effectivePolicy,
  type OrganizationPolicy,
  POLICY_FIELDS,
  type PolicyDocument,
  type PolicyField,
  type PolicyIssue,
  readPolicyDocument,
  TRANSPORT_KINDS,
  type TransportKind,
} from './organization-policy.js';
export {
  latestVersion,
  outranksLatest,
  type RankedVersion,
  type RegistryStatus,
  registryStatus,
} from './registry-status.js';
export {
  findRule,
  HOLDS,
  type HoldRule,
  LISTED_TRANSITIONS,
  rulesFrom,
  TRACKS,
  TRANSITIONS,
  type Track,
  type TransitionRule,
} from './transitions.js';
