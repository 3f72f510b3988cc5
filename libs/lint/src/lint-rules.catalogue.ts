import { annotations } from './annotations.rule.js';
import { outputs, parameterBounds } from './bounds.rule.js';
import { descriptions } from './description.rule.js';
import { intakeRules } from './intake.rule.js';
import type { LintRule, RuleFamily } from './lint-rule.js';
import { fleetOverlap, twins } from './overlap.rule.js';
import { parameterKinds } from './parameter-kind.rule.js';
import { parameterChoices, parameterDescriptions } from './parameter-text.rule.js';
import { safetyTexts } from './safety-text.rule.js';
import { tokenBudgets } from './token-budget.rule.js';
import { toolNameForm, toolNameStyle, toolNameVerb } from './tool-name.rule.js';

/** Every family, in the order in which findings are listed. */
export const RULE_FAMILIES: readonly RuleFamily[] = [
  intakeRules,
  safetyTexts,
  annotations,
  parameterKinds,
  descriptions,
  fleetOverlap,
  tokenBudgets,
  toolNameForm,
  toolNameVerb,
  toolNameStyle,
  parameterDescriptions,
  parameterChoices,
  parameterBounds,
  outputs,
  twins,
];

/** Every rule there is: id, severity without a rule set, page, example. Ids never change their meaning. */
export const LINT_RULES: readonly LintRule[] = RULE_FAMILIES.flatMap(({ rules }) =>
  rules.map(({ safety, ...rule }) => ({ ...rule, docs: `docs/rules/${rule.id}.md`, safety: safety === true })),
);
