import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { allRefusals } from './refusals.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** What `rollcall explain CODE` reads: it must work where there are no sources and no network. */
const CATALOGUE = path.join(ROOT, 'apps/cli/src/errors/explained-codes.json');
const BY_HAND = ['docs/reference/api-errors.md', 'docs/operations/troubleshooting.md'];

type Explained = { means: string | null; nextStep: string | null; said: { message: string; nextStep: string }[] };

/** Text as a terminal shows it: without Markdown. */
const plain = (cell: string) =>
  cell
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .replaceAll('\\|', '|')
    .trim();

/** Rows of tables whose first column is one or more codes, with the columns by their heading. */
function explainedByHand(page: string): { code: string; row: Record<string, string> }[] {
  let heads: string[] = [];
  return readFileSync(path.join(ROOT, page), 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (!line.startsWith('|')) return [];
      const cells = line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim());
      if (cells[0] === 'code') heads = cells;
      const codes = [...(cells[0] ?? '').matchAll(/`([A-Z][A-Z0-9_]{2,})`/g)].map(([, code]) => code ?? '');
      const row = Object.fromEntries(heads.map((head, at) => [head, plain(cells[at] ?? '')]));
      return codes.map((code) => ({ code, row }));
    });
}

function catalogue(): string {
  const codes = new Map<string, Explained>();
  const entry = (code: string): Explained => {
    const found = codes.get(code) ?? { means: null, nextStep: null, said: [] };
    codes.set(code, found);
    return found;
  };
  for (const { code, row } of BY_HAND.flatMap(explainedByHand)) {
    const explained = entry(code);
    explained.means ??= row['means'] || null;
    explained.nextStep ??= row['next step'] || row['way forward'] || null;
  }
  for (const { code, message, nextStep } of allRefusals(ROOT)) {
    const { said } = entry(code);
    const same = said.some((one) => one.message === message && one.nextStep === nextStep);
    // what is filled in as a whole says nothing
    if (!same && message !== '…') said.push({ message, nextStep });
  }
  const sorted = [...codes].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}

describe('what the command line explains', () => {
  it('is every code of the sources and the pages; `npm run docs` writes it anew', () => {
    const right = catalogue();
    if (process.env['DOCS'] === 'write') writeFileSync(CATALOGUE, right);
    expect(JSON.parse(readFileSync(CATALOGUE, 'utf8'))).toEqual(JSON.parse(right));
  });
});
