import { placeOf } from '@rollcall/reports';
import { bold, dim, green, inline, red, yellow } from './style.js';
import { shorten } from './table.js';

/** A change as both engines know it: the library and the API. */
type PrintableChange = {
  ruleId: string;
  severity: string;
  risk: string;
  tool?: string | null | undefined;
  path: string;
  message: string;
  witness?: unknown;
  /** Why there is no witness, where one could be expected. */
  witnessReason?: string | null | undefined;
};

/** A comparison from either engine. */
export type PrintableComparison = { conclusion: string; changes: readonly PrintableChange[] };

const SIGN: Record<string, (text: string) => string> = { breaking: red, dangerous: yellow, safe: green };
const MARK: Record<string, string> = { breaking: '✖', dangerous: '▲', safe: '✔', identical: '✔' };

/** The verdict first, then every change with its witness, worst first as the engine sorted them. */
export function comparisonText(comparison: PrintableComparison): string {
  const counts = ['breaking', 'dangerous', 'safe']
    .map((severity) => [severity, comparison.changes.filter((change) => change.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`);
  const colour = SIGN[comparison.conclusion] ?? green;
  const head = `${colour(`${MARK[comparison.conclusion] ?? '•'} ${bold(comparison.conclusion)}`)}`;
  const lines = [counts.length === 0 ? head : `${head}   ${counts.join('   ')}`];
  for (const change of comparison.changes) lines.push('', changeText(change));
  return lines.join('\n');
}

function changeText(change: PrintableChange): string {
  const colour = SIGN[change.severity] ?? dim;
  const where = placeOf({ tool: change.tool ?? null, path: change.path }).map(inline);
  const risk = change.risk === 'none' ? '' : `   ${yellow(`risk: ${change.risk}`)}`;
  const lines = [
    `  ${colour(`${MARK[change.severity] ?? '•'} ${change.ruleId}`)}   ${where.join(' › ')}${risk}`,
    `      ${inline(change.message)}`,
  ];
  if (change.witness !== undefined && change.witness !== null) lines.push(`      ${witnessText(change.witness)}`);
  else if (change.witnessReason) lines.push(`      ${dim(inline(change.witnessReason))}`);
  return lines.join('\n');
}

function witnessText(witness: unknown): string {
  const { value, validUnder, invalidUnder } = witness as Record<string, unknown>;
  const shown = shorten(JSON.stringify(value) ?? 'null', 300);
  return dim(
    `witness: ${shown} is valid under ${inline(String(validUnder))}, invalid under ${inline(String(invalidUnder))}`,
  );
}
