import type { LintFinding } from './lint-finding.js';
import { LINT_RULES } from './lint-rules.catalogue.js';

/** A person's word that findings of a rule may pass, until a date. */
export type LintException = {
  id: string;
  ruleId: string;
  /** Null: every tool, and what belongs to none. */
  tool: string | null;
  /** Of the findings it holds for; empty: all of the rule, except for safety rules. */
  fingerprints: readonly string[];
  reason: string;
  expiresAt: Date;
};

const QUALITY = new Set(LINT_RULES.filter(({ safety }) => !safety).map(({ id }) => id));

/**
 * Findings for which an exception holds become `info` and say so; they are never left out. An exception counts until the
 * instant at which it expires. Of a safety rule it holds for the texts it was written for and for no later one.
 */
export function applyExceptions(
  findings: readonly LintFinding[],
  exceptions: readonly LintException[],
  now: Date,
): LintFinding[] {
  const open = exceptions.filter(({ expiresAt }) => expiresAt.getTime() > now.getTime());
  return findings.map((finding) => {
    const found = open.find((one) => covers(one, finding));
    if (found === undefined) return finding;
    const { id, reason, expiresAt } = found;
    const { severity } = finding;
    return { ...finding, severity: 'info', exception: { id, reason, expiresAt: expiresAt.toISOString(), severity } };
  });
}

function covers({ ruleId, tool, fingerprints }: LintException, finding: LintFinding): boolean {
  if (ruleId !== finding.ruleId || (tool !== null && tool !== finding.tool)) return false;
  if (fingerprints.length === 0) return QUALITY.has(ruleId);
  return fingerprints.includes(finding.fingerprint);
}
