import { dim, green, inline, red, yellow } from './style.js';
import { indent, table } from './table.js';

/** A guard as the API reports it. */
export type PrintableGuard = { guard: string; status: 'met' | 'unmet' | 'unknown'; message: string };

const ROW: Record<PrintableGuard['status'], (text: string) => string> = {
  met: (text) => green(`✔ ${text}`),
  unmet: (text) => red(`✖ ${text}`),
  unknown: (text) => yellow(`? ${text}`),
};

/** Every guard as a row: met, unmet or unknown. */
export function guardsText(guards: readonly PrintableGuard[]): string {
  if (guards.length === 0) return dim('  no guard applies');
  return indent(table(guards.map(({ guard, status, message }) => [ROW[status](status), guard, inline(message)])));
}
