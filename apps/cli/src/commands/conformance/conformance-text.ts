import type { CaseOutcome, CaseResult, ConformanceReport } from '@rollcall/conformance';
import { bold, dim, green, inline, red, yellow } from '../../output/style.js';
import { indent, shorten, table } from '../../output/table.js';

const MARKS: Readonly<Record<CaseOutcome, string>> = {
  fail: red('✖ fail'),
  warn: yellow('▲ warn'),
  skipped: dim('- skipped'),
  pass: green('✔ pass'),
};

const VERDICTS: Readonly<Record<ConformanceReport['conclusion'], string>> = {
  conformant: green('✔ Conformant'),
  not_conformant: red('✖ Not conformant'),
  undecided: yellow('? Undecided'),
  unreachable: yellow('? Unreachable'),
};

/** The verdict first, then what failed and why, then warnings, then counts of every group. */
export function conformanceText(report: ConformanceReport): string {
  const parts = [`${VERDICTS[report.conclusion]}  ${bold(inline(report.summary))}`];
  for (const outcome of ['fail', 'warn'] as const) {
    const found = report.results.filter((result) => result.outcome === outcome);
    if (found.length > 0) parts.push(found.map(caseText).join('\n'));
  }
  parts.push(indent(table(groupRows(report.results), ['group', 'pass', 'fail', 'warn', 'skipped'])));
  parts.push(indent(dim(`${report.requests} requests. Every case: docs/reference/conformance.md`)));
  return parts.join('\n\n');
}

function caseText({ outcome, id, level, sentence, reason, evidence }: CaseResult): string {
  const lines = [
    `  ${MARKS[outcome]}  ${bold(id)}  ${dim(level)}`,
    `      ${inline(sentence)}`,
    `      ${inline(reason)}`,
  ];
  const last = evidence.at(-1);
  if (last !== undefined) {
    const excerpt = shorten(last.excerpt, 100);
    lines.push(`      ${dim(`${inline(last.request)} -> ${last.status ?? 'no answer'} ${excerpt}`)}`);
  }
  return lines.join('\n');
}

function groupRows(results: readonly CaseResult[]): string[][] {
  const groups = [...new Set(results.map(({ group }) => group))];
  return groups.map((group) => {
    const own = results.filter((result) => result.group === group);
    const count = (outcome: CaseOutcome) => String(own.filter((result) => result.outcome === outcome).length);
    return [group, count('pass'), count('fail'), count('warn'), count('skipped')];
  });
}
