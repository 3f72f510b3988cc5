export { approvalFor, approvalRuleFor, isDestructive } from './approval-rule.js';
export { compile } from './compile.js';
export type { CompileInput, CompileVersionState } from './compile-input.js';
export { ALIAS_PATTERN, type CompileIssue } from './compile-issues.js';
export {
  type AllowedCall,
  type Decision,
  type DeprecationNotice,
  decideCall,
  exposedNameOf,
  parseExposedName,
  type RefusedCall,
  type ToolSuccessor,
} from './decide.js';
export { type CallExplanation, explainCall } from './explain.js';
export {
  type AgentId,
  authenticateAgent,
  type IndexedAgent,
  type IndexedServer,
  type IndexedVersion,
  indexPolicy,
  type PolicyIndex,
  withKillList,
} from './policy-index.js';
export type {
  PolicyAgent,
  PolicyDeprecation,
  PolicyEndpoint,
  PolicyGrant,
  PolicyQuarantine,
  PolicyServer,
  PolicyState,
  PolicySuccessor,
  PolicyTombstone,
  PolicyTool,
  PolicyVersion,
} from './policy-state.js';
export { compareVersions, inRange, isRange, isSemver } from './version-order.js';
export { DEPRECATION_META_KEY, explainEmpty, type VisibleTool, visibleTools } from './visible-tools.js';
