import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { RawOffer } from '@rollcall/contract';
import { CHANGE_FIXTURES } from './change.fixture.js';
import { RULES, type Rule } from './rules.js';

const FOLDER = 'docs/rules';

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

describe('the pages of the rules', () => {
  it.each(RULES.map((rule) => [rule.id, rule] as const))(
    '%s says what the rule and its fixture say; `npm run docs` writes it anew',
    (_id, rule) => {
      if (process.env['DOCS'] === 'write') writeFileSync(rule.docs, pageOf(rule));
      expect(readFileSync(rule.docs, 'utf8')).toBe(pageOf(rule));
    },
  );

  it('has no page of a rule that does not exist', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(RULES.map((rule) => rule.docs.slice(FOLDER.length + 1)).sort());
  });
});
