import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { allRefusals, type RefusalSource, refusingFiles } from './refusals.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PAGE = path.join(ROOT, 'docs/reference/errors.md');
/** What people read first: codes by subject, with what to do about them. */
const EXPLAINED = ['docs/reference/api-errors.md', 'docs/operations/troubleshooting.md'];

const files = refusingFiles(ROOT);
const refusals = allRefusals(ROOT);

const cell = (text: string) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').replaceAll('<', '&lt;');
const ownerOf = ({ file }: RefusalSource) => file.split('/').slice(0, 2).join('/');

/** One row for each wording of a code; the same words from several places are one. */
function errorsPage(): string {
  const rows = new Map<string, { one: RefusalSource; owners: Set<string> }>();
  for (const one of refusals) {
    const key = [one.code, one.message, one.nextStep].join('\n');
    const row = rows.get(key) ?? { one, owners: new Set() };
    rows.set(key, { one, owners: row.owners.add(ownerOf(one)) });
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  return [
    '# Every refusal',
    '',
    'Collected from the sources by `npm run docs`. … stands for what is filled in. By subject, with what to do: [refusals and their next step](api-errors.md).',
    '',
    '| code | message | next step | from |',
    '|---|---|---|---|',
    ...sorted.map(
      ({ one, owners }) =>
        `| \`${one.code}\` | ${cell(one.message)} | ${cell(one.nextStep)} | ${[...owners].sort().join(', ')} |`,
    ),
    '',
  ].join('\n');
}

describe('the page of refusals', () => {
  it('shows every refusal of the sources; `npm run docs` writes it anew', () => {
    const page = errorsPage();
    if (process.env['DOCS'] === 'write') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });

  it('misses no code: whoever makes a refusal names it where this looks', () => {
    const listed = new Set(refusals.map(({ code }) => code));
    const thrown = files.flatMap((file) =>
      [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(/new Refusal\(\{\s*code: '([A-Z_]+)'/g)].map(
        ([, code]) => code,
      ),
    );
    expect(thrown.length).toBeGreaterThan(50);
    expect(thrown.filter((code) => !listed.has(code ?? ''))).toEqual([]);
  });

  it('is explained by hand, code by code', () => {
    const explained = EXPLAINED.map((file) => readFileSync(path.join(ROOT, file), 'utf8')).join('\n');
    const codes = [...new Set(refusals.map(({ code }) => code))].sort();
    expect(codes.filter((code) => !explained.includes(`\`${code}\``))).toEqual([]);
  });

  it('explains no code that is gone', () => {
    const written = new Set(
      files.flatMap((file) => readFileSync(path.join(ROOT, file), 'utf8').match(/\b[A-Z][A-Z0-9_]{3,}\b/g) ?? []),
    );
    const explained = EXPLAINED.flatMap((file) =>
      [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(/^\| (`[A-Z_]+`(?:[^|]*`[A-Z_]+`)*)/gm)]
        .flatMap(([, cell = '']) => cell.match(/[A-Z][A-Z_]{3,}/g) ?? [])
        .filter((name) => !name.startsWith('ROLLCALL_')),
    );
    expect(explained.length).toBeGreaterThan(100);
    expect(explained.filter((code) => !written.has(code))).toEqual([]);
  });
});
