import type { Contract, IntakeIssue } from '@rollcall/contract';
import type { FleetMatch, LintSeverity, TokenCounter } from './lint-finding.js';
import type { RuleOptions } from './rule-set.js';
import type { ToolView } from './tool-view.js';

/** One thing that is looked for: what it is called for ever, how loud it is and why. */
export type LintRule = {
  id: string;
  severity: LintSeverity;
  title: string;
  explanation: string;
  /** Its page. */
  docs: string;
  /** A list in which it is found, as JSON text. */
  before: string;
  /** The same list, mended. */
  after: string;
  /** No rule set makes it quieter; only an exception with an end does. */
  safety: boolean;
};

/** A rule as its file writes it down. */
export type RuleText = Omit<LintRule, 'docs' | 'safety'> & { safety?: true };

/** What a rule found, before severity and fingerprint. */
export type Draft = {
  ruleId: string;
  tool: string | null;
  path: string;
  message: string;
  hint: string | null;
  /** What tells this finding from another at the same place; part of the fingerprint. */
  evidence?: string;
};

/** Everything that rules look at. */
export type LintSubject = {
  contract: Contract;
  issues: readonly IntakeIssue[];
  tools: readonly ToolView[];
  options: RuleOptions;
  fleet: readonly FleetMatch[];
  /** Null: the budgets are not judged. */
  tokens: TokenCounter | null;
};

/** One or a few rules that look at the same thing. */
export type RuleFamily = { rules: readonly RuleText[]; find(subject: LintSubject): Draft[] };

/** An example: a list of tools as a server sends it. */
export function offer(...tools: object[]): string {
  return JSON.stringify({ tools }, null, 2);
}

/** The smallest good input schema, for examples that are about something else. */
export const NO_ARGUMENTS = { type: 'object', properties: {}, additionalProperties: false };

/** A family that looks at each tool by itself. */
export function eachTool(
  rules: readonly RuleText[],
  find: (tool: ToolView, subject: LintSubject) => Draft[],
): RuleFamily {
  return { rules, find: (subject) => subject.tools.flatMap((tool) => find(tool, subject)) };
}
