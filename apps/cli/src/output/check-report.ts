import { RULES } from '@rollcall/compatibility';
import { isJsonObject, type JsonValue } from '@rollcall/kernel';
import { LINT_RULES } from '@rollcall/lint';
import type { Report, ReportFinding, ReportLevel } from '@rollcall/reports';
import type { CliCheckChangeFragment, CliCheckFragment } from '@rollcall/schema';

const LINT_LEVELS: Record<string, ReportLevel> = { error: 'error', warning: 'warning', info: 'note' };

/** A recorded check as a report: what waits or failed is an error, what was approved is told with who approved it. */
export function reportOfCheck(check: CliCheckFragment): Report {
  const { serverName, version, baseVersion, baseEnvironment } = check;
  return {
    command: 'check',
    subject: version === null ? serverName : `${serverName}@${version}`,
    against:
      baseEnvironment === null ? baseVersion : `${baseEnvironment}${baseVersion === null ? '' : ` (${baseVersion})`}`,
    conclusion: CONCLUSIONS[check.conclusion ?? ''] ?? 'unknown',
    passed: check.conclusion === 'success',
    url: check.url,
    contextId: check.contextId,
    file: null,
    findings: [...check.changes.map(changeFinding), ...stepFindings(check), ...lintFindings(check.findings)],
    rules: [...RULES, ...LINT_RULES].map(({ id, title, explanation, docs }) => ({ id, title, explanation, docs })),
  };
}

const CONCLUSIONS: Record<string, string> = { success: 'passed', failure: 'blocked' };

function changeFinding(change: CliCheckChangeFragment): ReportFinding {
  const { ruleId, severity, tool, path, message, fingerprint, waits, approval, impacts } = change;
  const agents = [...new Set(impacts.map((impact) => impact.agent))];
  const finding: ReportFinding = {
    ruleId,
    level: waits ? 'error' : severity === 'safe' || approval !== null ? 'note' : 'warning',
    severity,
    source: impacts.length > 0 ? 'expectations' : 'diff',
    tool,
    path,
    message:
      agents.length === 0 ? message : `${message} ${agents.length} consumer(s) rely on it: ${agents.join(', ')}.`,
    fingerprint,
  };
  const witness = witnessOf(change.witness);
  if (witness !== null) finding.witness = witness;
  if (approval !== null) finding.approvedBy = approval.by;
  return finding;
}

function witnessOf(value: unknown): NonNullable<ReportFinding['witness']> | null {
  if (!isJsonObject(value as JsonValue)) return null;
  const { value: proof, validUnder, invalidUnder } = value as Record<string, JsonValue>;
  return { value: proof ?? null, validUnder: String(validUnder), invalidUnder: String(invalidUnder) };
}

/** Steps whose failure is no change and no finding of lint: they would be missing from the report. */
function stepFindings({ steps }: CliCheckFragment): ReportFinding[] {
  const failed = steps.filter(
    ({ name, status }) => status === 'failed' && ['manifest', 'contract', 'semver'].includes(name),
  );
  return failed.map(({ name, message }) => ({
    ruleId: `CHECK_${name.toUpperCase()}`,
    level: 'error',
    severity: 'error',
    source: name === 'semver' ? 'semver' : 'intake',
    tool: null,
    path: '',
    message,
    fingerprint: `check:${name}`,
  }));
}

function lintFindings(findings: unknown): ReportFinding[] {
  if (!Array.isArray(findings)) return [];
  return findings.filter(isJsonObject).map((finding) => {
    const [ruleId, severity, path] = ['ruleId', 'severity', 'path'].map((key) => String(finding[key] ?? ''));
    const tool = typeof finding['tool'] === 'string' ? finding['tool'] : null;
    const made: ReportFinding = {
      ruleId: ruleId ?? '',
      level: LINT_LEVELS[severity ?? ''] ?? 'warning',
      severity: severity ?? '',
      source: 'lint',
      tool,
      path: path ?? '',
      message: String(finding['message'] ?? ''),
      fingerprint: String(finding['fingerprint'] ?? `lint:${ruleId}:${tool ?? ''}:${path}`),
    };
    if (typeof finding['hint'] === 'string') made.hint = finding['hint'];
    return made;
  });
}
