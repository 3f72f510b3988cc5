import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

type Mutant = { check: string; file: string; find: string; replace: string; specs: string[] };

const ROOT = path.resolve(import.meta.dirname, '../..');
const mutants = JSON.parse(readFileSync(path.join(import.meta.dirname, 'checks.json'), 'utf8')) as Mutant[];

describe('the list of security checks', () => {
  it('has each under a name of its own', () => {
    expect(new Set(mutants.map(({ check }) => check)).size).toBe(mutants.length);
  });

  it('quotes the sources as they are; `npm run mutants -- WORD` says whether a changed check is still noticed', () => {
    const stale = mutants.filter(({ file, find }) => !readFileSync(path.join(ROOT, file), 'utf8').includes(find));
    expect(stale.map(({ check, file }) => `${check}: ${file}`)).toEqual([]);
  });

  it('names specs that are there', () => {
    const missing = mutants.flatMap(({ specs }) => specs).filter((spec) => !existsSync(path.join(ROOT, spec)));
    expect(missing).toEqual([]);
  });
});
