import { z } from 'zod';
import type { LintSeverity } from './lint-finding.js';

/** What can be turned: budgets, the words a name may begin with, how alike is too alike. */
export type RuleOptions = {
  /** Tokens that the definition of one tool may cost. */
  toolTokenBudget: number;
  /** Tokens that the whole list may cost. */
  listTokenBudget: number;
  minDescriptionLength: number;
  maxNameLength: number;
  /** Words, beside the known verbs, that a tool's name may begin with. */
  verbs: readonly string[];
  /** The style of names; null: whichever most tools of the server have. */
  nameStyle: NameStyle | null;
  /** From which likeness two tools of different servers count as similar, 0.5 to 1. */
  similarity: number;
};

const NAME_STYLES = ['snake_case', 'kebab-case', 'camelCase', 'PascalCase', 'dotted'] as const;
export type NameStyle = (typeof NAME_STYLES)[number];

/** A document that says how loud which rule is; what it does not name stays as it was. */
export type RuleSet = {
  rules?: Readonly<Record<string, LintSeverity | 'off'>> | undefined;
  options?: Partial<RuleOptions> | undefined;
};

/** One problem of a document: where, and what. */
export type RuleSetIssue = { path: string; message: string };

export const DEFAULT_OPTIONS: RuleOptions = {
  toolTokenBudget: 1_500,
  listTokenBudget: 15_000,
  minDescriptionLength: 12,
  maxNameLength: 64,
  verbs: [],
  nameStyle: null,
  similarity: 0.8,
};

const schema = z.strictObject({
  rules: z.record(z.string().max(64), z.enum(['off', 'info', 'warning', 'error'])).optional(),
  options: z
    .strictObject({
      toolTokenBudget: z.int().min(1).max(1_000_000),
      listTokenBudget: z.int().min(1).max(10_000_000),
      minDescriptionLength: z.int().min(0).max(1_000),
      maxNameLength: z.int().min(8).max(128),
      verbs: z.array(z.string().regex(/^[a-z0-9]{1,32}$/, 'a verb is 1 to 32 lower-case letters and digits')).max(200),
      nameStyle: z.enum(NAME_STYLES).nullable(),
      similarity: z.number().min(0.5).max(1),
    })
    .partial()
    .optional(),
});

/**
 * Reads a document: unknown fields, unknown rules and anything that would quieten a safety rule are refused, because what
 * is misspelt would otherwise be believed to hold.
 */
export function readRuleSet(
  value: unknown,
  rules: readonly { id: string; safety: boolean }[],
): { ok: true; value: RuleSet } | { ok: false; error: RuleSetIssue[] } {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    return {
      ok: false,
      error: parsed.error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message })),
    };
  }
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  const issues = Object.entries(parsed.data.rules ?? {}).flatMap(([id, severity]): RuleSetIssue[] => {
    const rule = known.get(id);
    const path = `rules.${id}`;
    if (rule === undefined) return [{ path, message: `There is no rule "${id}".` }];
    if (!rule.safety || severity === 'error') return [];
    return [{ path, message: `"${id}" is a safety rule: only an exception with an end lets a finding of it pass.` }];
  });
  return issues.length > 0 ? { ok: false, error: issues } : { ok: true, value: parsed.data as RuleSet };
}

/** Documents from the least to the most specific as one: of each rule and option, the last word counts. */
export function mergeRuleSets(documents: readonly RuleSet[]): RuleSet {
  return {
    rules: Object.assign({}, ...documents.map((one) => one.rules ?? {})) as Record<string, LintSeverity | 'off'>,
    options: Object.assign({}, ...documents.map((one) => one.options ?? {})) as Partial<RuleOptions>,
  };
}
