import { type Change, type Comparison, RULES, type Severity } from '@rollcall/compatibility';
import { type IntakeIssue, pointer } from '@rollcall/contract';
import type { Report, ReportFinding, ReportLevel } from '@rollcall/reports';

/** From which severity on a comparison says no. */
export const DIFF_THRESHOLDS = ['breaking', 'dangerous', 'any', 'never'] as const;
export type DiffThreshold = (typeof DIFF_THRESHOLDS)[number];

/** From quiet to loud. */
export const DIFF_SEVERITIES = ['safe', 'dangerous', 'breaking'] as const satisfies readonly Severity[];

/** True when a severity is this one or worse. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return DIFF_SEVERITIES.indexOf(severity) >= DIFF_SEVERITIES.indexOf(threshold);
}

const QUIET: Record<Severity, ReportLevel> = { breaking: 'warning', dangerous: 'warning', safe: 'note' };
const FAILS: Record<DiffThreshold, readonly Severity[]> = {
  breaking: ['breaking'],
  dangerous: ['breaking', 'dangerous'],
  any: ['breaking', 'dangerous', 'safe'],
  never: [],
};

/** A comparison as findings: a change from the threshold on holds up. */
function diffFindings(comparison: Pick<Comparison, 'changes'>, threshold: DiffThreshold): ReportFinding[] {
  return comparison.changes.map((change) => ({
    ruleId: change.ruleId,
    level: FAILS[threshold].includes(change.severity) ? 'error' : QUIET[change.severity],
    severity: change.severity,
    source: 'diff',
    tool: change.tool,
    path: change.tool === null ? `${pointer([change.member])}${change.path}` : change.path,
    message: change.message,
    fingerprint: change.fingerprint,
    ...(change.witness ? { witness: change.witness } : {}),
    ...riskHint(change),
  }));
}

/** What could not be read was not judged: told as findings, and the run is not passed. */
function intakeFindings(issues: readonly (IntakeIssue & { side?: string })[]): ReportFinding[] {
  return issues.map((issue) => ({
    ruleId: issue.code,
    level: 'warning',
    severity: 'undecided',
    source: 'intake',
    tool: null,
    path: issue.path,
    message: issue.side === undefined ? issue.message : `In ${issue.side}: ${issue.message}`,
    fingerprint: `intake:${issue.side ?? ''}:${issue.code}:${issue.path}`,
    hint: 'Correct the definition: what is left out is not judged.',
  }));
}

/** The report of a comparison of two targets. */
export function reportOfDiff(
  { comparison, issues }: { comparison: Comparison; issues: readonly (IntakeIssue & { side?: string })[] },
  threshold: DiffThreshold,
  frame: Pick<Report, 'subject' | 'against' | 'url' | 'contextId' | 'file'>,
): Report {
  const findings = diffFindings(comparison, threshold);
  const passed = !findings.some(({ level }) => level === 'error') && (issues.length === 0 || threshold === 'never');
  return {
    ...frame,
    command: 'diff',
    conclusion: comparison.conclusion,
    passed,
    findings: [...findings, ...intakeFindings(issues)],
    rules: RULES.map(({ id, title, explanation, docs }) => ({ id, title, explanation, docs })),
  };
}

function riskHint({ risk }: Change): { hint: string } | Record<string, never> {
  if (risk === 'none') return {};
  return { hint: risk === 'high' ? 'A person must review this: the risk is high.' : 'A person should review this.' };
}
