import { ruleName, worstFirst } from './ranking.js';
import type { Report, ReportFinding } from './report.js';
import { fileOf, findingText, placeText } from './wording.js';

/** More of one kind are dropped by GitHub without a word. */
const MAX_ANNOTATIONS = 10;

const COMMAND = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** A report as workflow commands of GitHub Actions, worst first; what does not fit is counted on a last line. */
export function writeGithubAnnotations(report: Report): string {
  const findings = worstFirst(report.findings);
  const lines = findings.slice(0, MAX_ANNOTATIONS).map((finding) => annotation(report, finding));
  const more = findings.length - lines.length;
  if (more > 0) lines.push(`and ${more} more: the whole table is in the summary of the step.`);
  return lines.map((line) => `${line}\n`).join('');
}

function annotation(report: Report, finding: ReportFinding): string {
  const place = placeText(finding);
  const command = COMMAND[finding.approvedBy === undefined ? finding.level : 'note'];
  const file = report.file === null ? [] : [`file=${property(fileOf(report))}`, `line=${finding.line ?? 1}`];
  const properties = [...file, `title=${property(`${ruleName(finding.ruleId)}${place === '' ? '' : ` ${place}`}`)}`];
  return `::${command} ${properties.join(',')}::${data(findingText(finding))}`;
}

/** The runner undoes exactly these. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
