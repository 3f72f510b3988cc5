import { type Contract, digestOf, type IntakeIssue } from '@rollcall/contract';
import type { FleetMatch, LintFinding, LintSeverity, TokenCounter } from './lint-finding.js';
import type { Draft, LintSubject } from './lint-rule.js';
import { LINT_RULES, RULE_FAMILIES } from './lint-rules.catalogue.js';
import { DEFAULT_OPTIONS, type RuleOptions, type RuleSet } from './rule-set.js';
import { certainlyWithinBudget } from './token-budget.rule.js';
import { loadTokenCounter } from './token-counter.js';
import { toolViews } from './tool-view.js';

/** What linting may know beside the contract. */
export type LintOptions = {
  rules?: RuleSet | undefined;
  /** Tools of other servers that ours can be taken for. */
  fleet?: readonly FleetMatch[] | undefined;
  /** Without it the token budgets are not judged; {@link lintWithTokens} brings it along. */
  tokens?: TokenCounter | undefined;
};

const RULES = new Map(LINT_RULES.map((rule) => [rule.id, rule]));

/**
 * Quality and safety findings of one contract, the worst first. Every intake issue is an error under its own code. A rule
 * set cannot make a safety rule quieter. Pure: the same arguments give the same findings with the same fingerprints.
 */
export function lintTools(
  contract: Contract,
  issues: readonly IntakeIssue[],
  options: LintOptions = {},
): LintFinding[] {
  const subject: LintSubject = {
    contract,
    issues,
    tools: toolViews(contract),
    options: ruleOptions(options.rules),
    fleet: options.fleet ?? [],
    tokens: options.tokens ?? null,
  };
  const found = RULE_FAMILIES.flatMap((family) => shortened(family.find(subject)));
  const findings = found.flatMap((draft) => {
    const severity = severityOf(draft.ruleId, options.rules);
    return severity === null ? [] : [complete(draft, severity)];
  });
  return findings.sort((a, b) => LOUDNESS[a.severity] - LOUDNESS[b.severity]);
}

/** {@link lintTools} with the token budgets; loads the table of tokens only when the list could be over one of them. */
export async function lintWithTokens(
  contract: Contract,
  issues: readonly IntakeIssue[],
  options: Omit<LintOptions, 'tokens'> = {},
): Promise<LintFinding[]> {
  const needless = certainlyWithinBudget(contract, ruleOptions(options.rules));
  return lintTools(contract, issues, needless ? options : { ...options, tokens: await loadTokenCounter() });
}

/** Every option, with its default where the rule set says nothing. */
export function ruleOptions(rules: RuleSet | undefined): RuleOptions {
  const given = Object.entries(rules?.options ?? {}).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_OPTIONS, ...(Object.fromEntries(given) as Partial<RuleOptions>) };
}

const LOUDNESS: Readonly<Record<LintSeverity, number>> = { error: 0, warning: 1, info: 2 };

/** Null: switched off. An unknown code comes from intake and is an error. */
function severityOf(ruleId: string, rules: RuleSet | undefined): LintSeverity | null {
  const rule = RULES.get(ruleId);
  const fixed = rule?.severity ?? 'error';
  const asked = rules?.rules !== undefined && Object.hasOwn(rules.rules, ruleId) ? rules.rules[ruleId] : undefined;
  if (asked === undefined) return fixed;
  // a rule set can make a safety rule louder only, whoever wrote it and however it got here
  if (rule?.safety !== false && (asked === 'off' || LOUDNESS[asked] > LOUDNESS[fixed])) return fixed;
  return asked === 'off' ? null : asked;
}

/** Of one rule at most so many are told; a safety rule tells all. */
const MOST_PER_RULE = 200;

function shortened(drafts: readonly Draft[]): Draft[] {
  const counts = new Map<string, number>();
  for (const { ruleId } of drafts) counts.set(ruleId, (counts.get(ruleId) ?? 0) + 1);
  const told = new Map<string, number>();
  return drafts.flatMap((draft) => {
    const number = (told.get(draft.ruleId) ?? 0) + 1;
    told.set(draft.ruleId, number);
    const all = counts.get(draft.ruleId) ?? 0;
    if (number < MOST_PER_RULE || all <= MOST_PER_RULE || RULES.get(draft.ruleId)?.safety !== false) return [draft];
    if (number > MOST_PER_RULE) return [];
    return [{ ...draft, message: `${draft.message} And ${all - MOST_PER_RULE} more like it.` }];
  });
}

function complete({ evidence, ...draft }: Draft, severity: LintSeverity): LintFinding {
  const { ruleId, tool, path } = draft;
  const fingerprint = digestOf({ ruleId, tool, path, evidence: evidence ?? '' });
  return { ...draft, severity, fingerprint };
}
