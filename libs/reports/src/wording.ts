import { placeOf } from './place.js';
import type { Report, ReportFinding } from './report.js';
import { oneLine } from './safe-text.js';

const MAX_WITNESS = 300;

/** What a finding says on one line, with its proof. */
export function findingText(finding: ReportFinding): string {
  const parts = [oneLine(finding.message), witnessText(finding), finding.hint ? oneLine(finding.hint) : null];
  if (finding.approvedBy !== undefined) parts.push(`Approved by ${oneLine(finding.approvedBy, 200)}.`);
  return parts.filter((part) => part !== null).join(' ');
}

/** The proof of a finding in words; null when it has none. */
export function witnessText({ witness }: ReportFinding): string | null {
  if (witness === undefined) return null;
  const value = oneLine(JSON.stringify(witness.value) ?? 'null', MAX_WITNESS);
  return `Example: ${value} is valid under ${oneLine(witness.validUnder, 40)}, invalid under ${oneLine(witness.invalidUnder, 40)}.`;
}

/** Where a finding is, for a person; empty when it concerns the whole. */
export function placeText(finding: Pick<ReportFinding, 'tool' | 'path'>): string {
  return placeOf(finding)
    .map((word) => oneLine(word, 200))
    .join(' › ');
}

/** The verdict of a run in one line. */
export function verdictText({ passed, conclusion, command, subject, against }: Report): string {
  const versus = against === null ? '' : ` against ${oneLine(against, 300)}`;
  return `${passed ? '✔' : '✖'} ${oneLine(conclusion, 80)}: ${command} of ${oneLine(subject, 300)}${versus}`;
}

/** The file findings point at: what was named, or where a server is described. */
export function fileOf({ file }: Report): string {
  return oneLine((file ?? 'server.json').replaceAll('\\', '/').replace(/^\.\//, ''), 1_000) || 'server.json';
}
