import type { LintFinding, LintSeverity, TokenCost } from '@rollcall/lint';
import { placeOf } from '@rollcall/reports';
import { bold, dim, green, inline, red, yellow } from './style.js';

const COLOUR = { error: red, warning: yellow, info: dim, clean: green } as const;
const MARK = { error: '✖', warning: '▲', info: '•', clean: '✔' } as const;

/** The verdict first, what the tools cost a model, then every finding, the worst first. */
export function lintText(
  conclusion: LintSeverity | 'clean',
  findings: readonly LintFinding[],
  tokens: TokenCost,
): string {
  const counts = (['error', 'warning', 'info'] as const)
    .map((severity) => [severity, findings.filter((finding) => finding.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`);
  const head = COLOUR[conclusion](`${MARK[conclusion]} ${bold(conclusion)}`);
  const lines = [[head, ...counts].join('   '), `  ${tokensText(tokens)}`];
  for (const finding of findings) lines.push('', findingText(finding));
  const [worst] = findings;
  if (worst !== undefined) lines.push('', dim(`  explain: rollcall explain ${inline(worst.ruleId)}`));
  return lines.join('\n');
}

/** What a model pays for being given the whole list, and the dearest tool of it. */
export function tokensText({ tools, total }: TokenCost): string {
  const [dearest] = tools;
  const sum = `${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}, ${total} tokens`;
  if (dearest === undefined || tools.length === 1) return sum;
  return `${sum}; the dearest is ${inline(dearest.name)} with ${dearest.tokens}`;
}

function findingText({ ruleId, severity, tool, path, message, hint }: LintFinding): string {
  const where = placeOf({ tool, path }).map(inline).join(' › ');
  const lines = [
    `  ${COLOUR[severity](`${MARK[severity]} ${inline(ruleId)}`)}   ${where}`.trimEnd(),
    `      ${inline(message)}`,
  ];
  if (hint !== null) lines.push(`      ${dim(inline(hint))}`);
  return lines.join('\n');
}
