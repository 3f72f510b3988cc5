export { FleetIndex, type FleetTool, MAX_WORDING } from './fleet-matches.js';
export { applyExceptions, type LintException } from './lint-exceptions.js';
export * from './lint-finding.js';
export type { LintRule } from './lint-rule.js';
export { LINT_RULES } from './lint-rules.catalogue.js';
export { type LintOptions, lintTools, lintWithTokens, ruleOptions } from './lint-tools.js';
export {
  mergeRuleSets,
  type RuleOptions,
  type RuleSet,
  type RuleSetIssue,
  readRuleSet,
} from './rule-set.js';
export { type TokenCost, tokenCost } from './token-budget.rule.js';
export { loadTokenCounter } from './token-counter.js';
