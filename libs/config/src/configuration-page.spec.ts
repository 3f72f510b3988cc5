import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { environmentSchema, REQUIRED, TEST_VARIABLES, type Variable } from './environment.js';

const PAGE = new URL('../../../docs/reference/configuration.md', import.meta.url);
const BY_HAND = new URL('../../../docs/operations/configuration.md', import.meta.url);
const VARIABLES = Object.keys(environmentSchema.shape) as Variable[];

/** What the parser says to a text that no variable of a certain form may have. */
function formOf(variable: Variable): string {
  const message = environmentSchema.shape[variable].safeParse('\0').error?.issues[0]?.message ?? 'text';
  return message.replace(/^must (be|have) /, '').replaceAll('|', '\\|');
}

function defaultOf(variable: Variable): string {
  const value: unknown = environmentSchema.shape[variable].parse(undefined);
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : `\`${value.join(',')}\``;
  return `\`${String(value)}\``;
}

function requiredBy(variable: Variable): string {
  const processes = Object.entries(REQUIRED).filter(([, names]) => (names as readonly string[]).includes(variable));
  return processes.map(([name]) => name).join(', ');
}

function configurationPage(): string {
  return [
    '# Variables',
    '',
    'Generated from `libs/config/src/environment.ts` by `npm run docs`. What each one is for: [configuration](../operations/configuration.md).',
    'Every other variable that begins with `ROLLCALL_` stops a process at its start, with exit code 78. An empty one counts as not set.',
    '',
    '| variable | form | default | required by |',
    '|---|---|---|---|',
    ...VARIABLES.map((name) => `| \`${name}\` | ${formOf(name)} | ${defaultOf(name)} | ${requiredBy(name)} |`),
    '',
    `Of the test harness, ignored by the product: ${TEST_VARIABLES.map((name) => `\`${name}\``).join(', ')}.`,
    '',
  ].join('\n');
}

describe('the page of variables', () => {
  it('shows what the parser takes; `npm run docs` writes it anew', () => {
    const page = configurationPage();
    if (process.env['DOCS'] === 'write') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });

  it('has a page beside it that says what each variable is for, and knows no other', () => {
    const named = new Set(readFileSync(BY_HAND, 'utf8').match(/\bROLLCALL_[A-Z_]*[A-Z]\b/g));
    expect(VARIABLES.filter((name) => !named.has(name))).toEqual([]);
    const known: readonly string[] = [...VARIABLES, ...TEST_VARIABLES];
    expect([...named].filter((name) => name !== 'ROLLCALL_TEST' && !known.includes(name))).toEqual([]);
  });
});
