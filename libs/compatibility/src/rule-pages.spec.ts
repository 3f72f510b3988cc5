import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { RawOffer } from '@rollcall/contract';
import { CHANGE_FIXTURES } from './change.fixture.js';
import { RULES, type Rule } from './rules.js';

/** The page of a rule: its text and the first fixture that shows it. */
function pageOf(rule: Rule): string {
  const example = CHANGE_FIXTURES.find((fixture) => fixture.expect.ruleId === rule.id);
  if (example === undefined) throw new Error(`${rule.id} has no fixture.`);
  const { name, before, after, expect: shown } = example;
  const at = shown.path === '' ? 'for the whole member' : `at \`${shown.path}\``;
  const block = (offer: RawOffer): string => `\`\`\`json\n${JSON.stringify(offer, null, 2)}\n\`\`\``;
  return [
    `# ${rule.id}`,
    `**${rule.title}.** Severity: ${rule.severity}.`,
    rule.explanation,
    `Example: ${name}; reported ${at}.`,
    '## Before',
    block(before),
    '## After',
    `${block(after)}\n`,
  ].join('\n\n');
}

const INDEX = 'docs/reference/change-rules.md';

/** All rules on one page, by what they are about. */
function indexPage(): string {
  const row = ({ id, severity, title }: Rule): string => `| [${id}](../rules/${id}.md) | ${severity} | ${title} |`;
  const table = (title: string, rules: readonly Rule[]): string =>
    [`## ${title}`, '', '| rule | severity | what changed |', '|---|---|---|', ...rules.map(row)].join('\n');
  const about = (pattern: RegExp): Rule[] => RULES.filter(({ id }) => pattern.test(id));
  const others = RULES.filter(({ id }) => !/^(INPUT|OUTPUT)_/.test(id));
  return [
    '# Rules of comparison',
    'Written by `npm run docs`. What the severities mean and why: [What counts as breaking](breaking-changes.md). Each rule has a page with an example before and after.',
    table('Arguments', about(/^INPUT_/)),
    table('Results', about(/^OUTPUT_/)),
    table('Tools, texts, hints and everything else', others),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

describe('the pages of the rules', () => {
  it.each(RULES.map((rule) => [rule.id, rule] as const))(
    '%s says what the rule and its fixture say; `npm run docs` writes it anew',
    (_id, rule) => {
      if (process.env['DOCS'] === 'write') writeFileSync(rule.docs, pageOf(rule));
      expect(readFileSync(rule.docs, 'utf8')).toBe(pageOf(rule));
    },
  );

  it('are listed on one page; `npm run docs` writes it anew', () => {
    if (process.env['DOCS'] === 'write') writeFileSync(INDEX, indexPage());
    expect(readFileSync(INDEX, 'utf8')).toBe(indexPage());
  });
});
