import { placeOf } from '@rollcall/reports';
import type { CliCheckChangeFragment, CliCheckFragment } from '@rollcall/schema';
import { bold, dim, green, inline, red, yellow } from './style.js';
import { indent, shorten, table } from './table.js';

/** The most changes that are told one by one; the page of the check has them all. */
const TOLD = 50;

const SIGN: Record<string, (text: string) => string> = { breaking: red, dangerous: yellow, safe: green };
const MARK: Record<string, string> = { breaking: '✖', dangerous: '▲', safe: '●' };
const STEP: Record<string, string> = { completed: green('✔'), failed: red('✖'), skipped: dim('-') };

/** The verdict first, then what was done, then every change with its proof; last, where to read on and what to do. */
export function checkText(check: CliCheckFragment, url: string, took: number | null = null): string {
  const lines = [headText(check)];
  const counts = countsText(check);
  const time = took === null ? '' : dim(`${(took / 1000).toFixed(1)} s`);
  if (counts !== '' || time !== '') lines.push(`  ${[counts, time].filter((part) => part !== '').join('   ')}`);
  const rows = check.steps.map((step) => [
    `${STEP[step.status] ?? '•'} ${step.name}`,
    step.status,
    inline(step.message),
  ]);
  if (rows.length > 0) lines.push('', indent(table(rows)));
  for (const change of check.changes.slice(0, TOLD)) lines.push('', changeText(change));
  if (check.changes.length > TOLD) lines.push('', `  and ${check.changes.length - TOLD} more`);
  lines.push('', `  Report   ${inline(url)}`);
  if (check.waiting > 0) lines.push(`  Approve  ${approveLine(check)}`);
  return lines.join('\n');
}

function headText(check: CliCheckFragment): string {
  const name = [check.serverName, check.version ?? ''].join(' ').trim();
  return `${verdictText(check)}  ${bold(inline(name))} ${inline(againstText(check))}   ${dim(check.id)}`;
}

function againstText({ baseVersion, baseEnvironment }: CliCheckFragment): string {
  if (baseEnvironment !== null) return `against ${baseEnvironment}${baseVersion === null ? '' : ` (${baseVersion})`}`;
  return baseVersion === null ? '' : `against ${baseVersion}`;
}

/** How a check ended, in a word. */
export function verdictText({ conclusion, status }: { conclusion: string | null; status: string }): string {
  if (conclusion === 'success') return green('✔ Passed');
  if (conclusion === 'failure') return red('✖ Blocked');
  return yellow(`? ${conclusion ?? status}`);
}

function countsText({ changes, waiting }: CliCheckFragment): string {
  const counted = ['breaking', 'dangerous', 'safe']
    .map((severity) => ({ severity, count: changes.filter((change) => change.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`);
  return [...counted, ...(waiting > 0 ? [`${waiting} waiting for approval`] : [])].join('   ');
}

function changeText(change: CliCheckChangeFragment): string {
  const colour = SIGN[change.severity] ?? dim;
  const where = placeOf(change).map(inline);
  const risk = change.risk === 'none' ? '' : `   ${yellow(`risk: ${change.risk}`)}`;
  const lines = [
    `  ${colour(`${MARK[change.severity] ?? '•'} ${change.ruleId}`)}   ${where.join(' › ')}${risk}   ${dim(`--change ${change.number}`)}`,
    `      ${inline(change.message)}`,
    ...consumersText(change),
    ...witnessText(change.witness),
  ];
  if (change.approval !== null) {
    const { by, at, reason } = change.approval;
    lines.push(`      ${green(`approved by ${inline(by)}`)} on ${at.slice(0, 10)}: ${inline(reason)}`);
  }
  return lines.join('\n');
}

function consumersText({ impacts, severity }: CliCheckChangeFragment): string[] {
  if (impacts.length === 0) return severity === 'breaking' ? [dim('      unused: no known consumer relies on it')] : [];
  const agents = [...new Set(impacts.map((impact) => impact.agent))];
  const calls = impacts.reduce((sum, impact) => sum + impact.calls, 0);
  const more = agents.length > 5 ? ` and ${agents.length - 5} more` : '';
  const called = calls > 0 ? ` (${calls.toLocaleString('en-US')} calls)` : '';
  return [
    `      ${agents.length} consumer(s) rely on it${called}: ${agents.slice(0, 5).map(inline).join(', ')}${more}`,
  ];
}

function witnessText(witness: unknown): string[] {
  if (witness === null || witness === undefined) return [];
  const { value, validUnder, invalidUnder } = witness as Record<string, unknown>;
  const shown = shorten(JSON.stringify(value) ?? 'null', 300);
  const sides = `is valid under ${inline(String(validUnder))}, invalid under ${inline(String(invalidUnder))}`;
  return [`      ${dim(`witness: ${shown} ${sides}`)}`];
}

function approveLine(check: CliCheckFragment): string {
  const first = check.changes.find((change) => change.waits);
  return `rollcall checks approve ${check.id} --change ${first?.number ?? 1} --reason "…"`;
}
