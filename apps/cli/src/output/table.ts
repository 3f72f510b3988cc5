import { dim, inline } from './style.js';

const MAX_CELL = 60;
const INVISIBLE = /[\uE000-\uE005]/g;

/** Rows in columns of their own width, two spaces apart, for terminals; the last column is never cut or padded. */
export function table(rows: readonly (readonly string[])[], head?: readonly string[]): string {
  const all = head === undefined ? rows : [head.map((cell) => dim(cell.toUpperCase())), ...rows];
  const cells = all.map((row) => row.map((cell, at) => (at === row.length - 1 ? cell : cut(cell))));
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => width(row[at] ?? ''))));
  return cells
    .map((row) => row.map((cell, at) => pad(cell, at === row.length - 1 ? 0 : (widths[at] ?? 0))).join('  '))
    .join('\n');
}

/** Every line of a block moved to the right. */
export function indent(block: string, by = 2): string {
  return block
    .split('\n')
    .map((line) => (line === '' ? line : `${' '.repeat(by)}${line}`))
    .join('\n');
}

/** A text from outside cut to a length, on one line. */
export function shorten(text: string, max: number): string {
  const line = inline(text);
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}

/** Cut in the middle: the ends of names and digests tell them apart. */
function cut(cell: string): string {
  if (width(cell) <= MAX_CELL || width(cell) !== cell.length) return cell;
  const half = Math.floor((MAX_CELL - 1) / 2);
  return `${cell.slice(0, half)}…${cell.slice(-half)}`;
}

function width(cell: string): number {
  return cell.replace(INVISIBLE, '').length;
}

function pad(cell: string, to: number): string {
  return cell + ' '.repeat(Math.max(0, to - width(cell)));
}
