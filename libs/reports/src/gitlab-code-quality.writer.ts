import { distinctFingerprints, ruleName, worstFirst } from './ranking.js';
import type { Report, ReportFinding } from './report.js';
import { oneLine } from './safe-text.js';
import { fileOf, findingText, placeText } from './wording.js';

const SEVERITY = { error: 'critical', warning: 'minor', note: 'info' } as const;

/** A report as the JSON that GitLab shows in a merge request. A second equal fingerprint would be dropped there. */
export function writeGitlabCodeQuality(report: Report): string {
  const findings = worstFirst(report.findings);
  const fingerprints = distinctFingerprints(findings);
  const path = fileOf(report);
  const entries = findings.map((finding, at) => ({
    description: descriptionOf(finding),
    check_name: ruleName(finding.ruleId),
    fingerprint: oneLine(fingerprints[at] ?? '', 200),
    severity: finding.approvedBy === undefined ? SEVERITY[finding.level] : 'info',
    location: { path, lines: { begin: finding.line ?? 1 } },
  }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}

function descriptionOf(finding: ReportFinding): string {
  const place = placeText(finding);
  return `${place === '' ? '' : `${place}: `}${findingText(finding)}`;
}
