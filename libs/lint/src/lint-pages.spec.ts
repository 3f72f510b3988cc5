import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { RULES } from '@rollcall/compatibility';
import { LINT_RULES, type LintRule } from './index.js';

const FOLDER = 'docs/rules';
const LIST = 'docs/reference/lint-rules.md';

/** The page of a rule: its text and its example. */
function pageOf(rule: LintRule): string {
  const block = (text: string): string => `\`\`\`json\n${visible(text)}\n\`\`\``;
  const safety = rule.safety ? ' A safety rule: no rule set makes it quieter, only an exception with an end does.' : '';
  return [
    `# ${rule.id}`,
    `**${rule.title}.** Found by lint. Severity: ${rule.severity}.${safety}`,
    rule.explanation,
    '## Before',
    block(rule.before),
    '## After',
    `${block(rule.after)}\n`,
  ].join('\n\n');
}

/** What nobody sees is written as JSON escapes it, so that the page shows it and carries none of it. */
function visible(text: string): string {
  return [...text]
    .map((letter) =>
      /[\p{Cf}\u0430-\u044f]/u.test(letter)
        ? [...Array(letter.length).keys()]
            .map((at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, '0')}`)
            .join('')
        : letter,
    )
    .join('');
}

function listOf(rules: readonly LintRule[]): string {
  const rows = rules.map(
    ({ id, severity, title, safety }) =>
      `| [${id}](../rules/${id}.md) | ${severity}${safety ? ', safety' : ''} | ${title} |`,
  );
  return [
    '# Rules of lint',
    'Written by `npm run docs`. Severities are those without a [rule set](../operations/rule-sets.md); a safety rule cannot be made quieter.',
    ['| rule | severity | finds |', '|---|---|---|', ...rows, ''].join('\n'),
  ].join('\n\n');
}

describe('the pages of lint', () => {
  it.each(LINT_RULES.map((rule) => [rule.id, rule] as const))(
    '%s says what the rule says; `npm run docs` writes it anew',
    (_id, rule) => {
      if (process.env['DOCS'] === 'write') writeFileSync(rule.docs, pageOf(rule));
      expect(readFileSync(rule.docs, 'utf8')).toBe(pageOf(rule));
    },
  );

  it('the list of all rules is up to date; `npm run docs` writes it anew', () => {
    if (process.env['DOCS'] === 'write') writeFileSync(LIST, listOf(LINT_RULES));
    expect(readFileSync(LIST, 'utf8')).toBe(listOf(LINT_RULES));
  });

  it('has no page of a rule that does not exist, of lint or of comparison', () => {
    const pages = [...RULES, ...LINT_RULES].map(({ docs }) => docs.slice(FOLDER.length + 1));
    expect(new Set(pages).size).toBe(pages.length);
    expect(readdirSync(FOLDER).sort()).toEqual(pages.sort());
  });
});
