import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { caseTable, describeCases } from './case-table.js';
import { CASE_GROUPS } from './conformance.js';

const PAGE = path.join(import.meta.dirname, '../../../docs/reference/conformance.md');
const BEGIN = '<!-- cases: `npm run docs` writes everything up to the next such line -->';
const END = '<!-- end of cases -->';

describe('the catalogue of cases', () => {
  it('has an id, a sentence and a source for each, and every id once', () => {
    const cases = describeCases();
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThan(100);
    for (const { id, group, sentence, source } of cases) {
      expect(id).toMatch(/^[a-z0]+\.[a-z0-9-]+$/);
      expect([...CASE_GROUPS]).toContain(group);
      expect(sentence).toMatch(/^\S.{15,}\.$/);
      expect(source).not.toBe('');
    }
  });

  it('runs what writes after what reads', () => {
    const writes = describeCases().map((each) => each.writes);
    expect(writes.lastIndexOf(false)).toBeLessThan(writes.indexOf(true));
  });

  it('is what docs/reference/conformance.md lists; `npm run docs` writes it anew', () => {
    const page = readFileSync(PAGE, 'utf8');
    const [before = '', rest = ''] = page.split(BEGIN);
    const after = rest.slice(rest.indexOf(END));
    const right = `${before}${BEGIN}\n\n${describeCases().length} cases.\n\n${caseTable()}\n\n${after}`;
    if (process.env['DOCS'] === 'write') writeFileSync(PAGE, right);
    else expect(page).toBe(right);
  });
});
