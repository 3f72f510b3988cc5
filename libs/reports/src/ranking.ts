import type { Report, ReportFinding, ReportLevel, ReportRule } from './report.js';
import { oneLine } from './safe-text.js';

const RANK: Record<ReportLevel, number> = { error: 0, warning: 1, note: 2 };

/** How many findings hold up, want a look, are told; what somebody approved holds nothing up. */
type ReportCounts = Record<ReportLevel, number> & { approved: number };

/** True when this finding is why the verdict is no. */
export function holdsUp({ level, approvedBy }: ReportFinding): boolean {
  return level === 'error' && approvedBy === undefined;
}

/** Findings in the order people should read them: what holds up, then by level; the rest as the engine sorted them. */
export function worstFirst(findings: readonly ReportFinding[]): ReportFinding[] {
  const rank = (finding: ReportFinding) => (finding.approvedBy === undefined ? RANK[finding.level] : 3);
  return [...findings].sort((a, b) => rank(a) - rank(b));
}

/** The sums of a report. */
function countsOf({ findings }: Report): ReportCounts {
  const counts: ReportCounts = { error: 0, warning: 0, note: 0, approved: 0 };
  for (const finding of findings) counts[finding.approvedBy === undefined ? finding.level : 'approved']++;
  return counts;
}

/** The sums in words: `1 error, 2 warnings`; null when nothing was found. */
export function countsText(report: Report): string | null {
  const { approved, ...levels } = countsOf(report);
  const words = Object.entries(levels)
    .filter(([, count]) => count > 0)
    .map(([level, count]) => `${count} ${level}${count === 1 ? '' : 's'}`);
  if (approved > 0) words.push(`${approved} approved`);
  return words.length === 0 ? null : words.join(', ');
}

/** A rule's id as formats print it. */
export function ruleName(id: string): string {
  return oneLine(id, 200) || 'UNNAMED';
}

/** Every rule of the report once under its {@link ruleName}, also those that only findings name. */
export function rulesOf({ rules, findings }: Report): ReportRule[] {
  const all = new Map(rules.map((rule) => [ruleName(rule.id), { ...rule, id: ruleName(rule.id) }]));
  for (const id of findings.map(({ ruleId }) => ruleName(ruleId))) {
    if (!all.has(id)) all.set(id, { id, title: id, explanation: '', docs: '' });
  }
  return [...all.values()];
}

/** Fingerprints that tell apart what a format must not merge: the second equal one gets `-2`. */
export function distinctFingerprints(findings: readonly ReportFinding[]): string[] {
  const seen = new Map<string, number>();
  return findings.map(({ fingerprint }) => {
    const count = (seen.get(fingerprint) ?? 0) + 1;
    seen.set(fingerprint, count);
    return count === 1 ? fingerprint : `${fingerprint}-${count}`;
  });
}
