export { answer, evaluate } from './evaluate.js';
export { DEFAULT_POLICY, type Evidence, type OrganizationPolicy } from './evidence.js';
export { GUARD_NAMES, type GuardName, type GuardReport, type GuardStatus } from './guard-report.js';
export { LIFECYCLE_STATES, type LifecycleState } from './lifecycle-state.js';
export { latestVersion, type RankedVersion, type RegistryStatus, registryStatus } from './registry-status.js';
export { findRule, TRANSITIONS, type TransitionRule } from './transitions.js';
