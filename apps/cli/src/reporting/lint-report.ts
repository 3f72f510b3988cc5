import { LINT_RULES, type LintFinding, type LintSeverity } from '@rollcall/lint';
import type { Report, ReportFinding } from '@rollcall/reports';

/** From loud to quiet. */
export const LINT_SEVERITIES = ['error', 'warning', 'info'] as const;
/** From which severity on linting says no. */
export const LINT_THRESHOLDS = [...LINT_SEVERITIES, 'never'] as const;
export type LintThreshold = (typeof LINT_THRESHOLDS)[number];

const RANK: Record<LintSeverity, number> = { error: 0, warning: 1, info: 2 };

/** True when a severity is this one or worse. */
export function atLeast(severity: LintSeverity, threshold: LintSeverity): boolean {
  return RANK[severity] <= RANK[threshold];
}

/** Lint findings as a report tells them: from the threshold on they hold up. */
function lintFindings(findings: readonly LintFinding[], threshold: LintThreshold): ReportFinding[] {
  const quiet = { error: 'warning', warning: 'warning', info: 'note' } as const;
  return findings.map(({ hint, ...finding }) => ({
    ruleId: finding.ruleId,
    level: threshold !== 'never' && atLeast(finding.severity, threshold) ? 'error' : quiet[finding.severity],
    severity: finding.severity,
    source: 'lint',
    tool: finding.tool,
    path: finding.path,
    message: finding.message,
    fingerprint: finding.fingerprint,
    ...(hint === null ? {} : { hint }),
  }));
}

/** The worst severity; `clean` when nothing was found. */
export function lintConclusion(findings: readonly { severity: LintSeverity }[]): LintSeverity | 'clean' {
  return LINT_SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'clean';
}

/** The report of linting one target. */
export function reportOfLint(
  findings: readonly LintFinding[],
  threshold: LintThreshold,
  frame: Pick<Report, 'subject' | 'url' | 'contextId' | 'file'>,
): Report {
  const told = lintFindings(findings, threshold);
  return {
    ...frame,
    command: 'lint',
    against: null,
    conclusion: lintConclusion(findings),
    passed: !told.some(({ level }) => level === 'error'),
    findings: told,
    rules: LINT_RULES.map(({ id, title, explanation, docs }) => ({ id, title, explanation, docs })),
  };
}
