import type { CaseOutcome, CaseResult, ConformanceReport } from '../conformance.js';

const MARKS: Record<CaseOutcome, string> = { pass: '✔ pass', fail: '✖ fail', warn: '▲ warn', skipped: '- skipped' };
const ORDER: readonly CaseOutcome[] = ['fail', 'warn', 'skipped', 'pass'];

/** The report as Markdown: the verdict, then every case, what needs attention first. */
export function markdownReport({ summary, conclusion, requests, results }: ConformanceReport): string {
  const mark = conclusion === 'conformant' ? '✔' : conclusion === 'not_conformant' ? '✖' : '?';
  const sorted = ORDER.flatMap((outcome) => results.filter((result) => result.outcome === outcome));
  const rows = sorted.map(
    (result) =>
      `| ${MARKS[result.outcome]} | \`${result.id}\` | ${result.level} | ${cell(result.sentence)} | ${cell(noteOf(result))} |`,
  );
  const table =
    rows.length === 0
      ? []
      : ['| outcome | case | level | a conformant registry | found |', '|---|---|---|---|---|', ...rows, ''];
  return [`# ${mark} ${cell(summary)}`, '', `${requests} requests were sent.`, '', ...table].join('\n');
}

function noteOf({ outcome, reason, evidence }: CaseResult): string {
  const last = evidence.at(-1);
  if (outcome === 'pass' || outcome === 'skipped' || last === undefined) return reason;
  return `${reason} (${last.request}: ${last.status ?? 'no answer'})`;
}

/** Text from outside must not end a cell or begin markup. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>|#]/g, (char) => `\\${char}`)
    .trim();
}
