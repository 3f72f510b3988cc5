import { type Draft, eachTool, NO_ARGUMENTS, offer, type RuleFamily, type RuleText } from './lint-rule.js';
import { quoted, type ToolView } from './tool-view.js';
import { contentWords, stem } from './words.js';

const tool = (description: string): object => ({ name: 'pay_invoice', description, inputSchema: NO_ARGUMENTS });
const GOOD = offer(tool('Pays one open invoice in full. Use it only after the customer has agreed to the amount.'));
const rule = (id: string, text: Omit<RuleText, 'id' | 'after'>): RuleText => ({ id, after: GOOD, ...text });

const RULES: readonly RuleText[] = [
  rule('TOOL_DESCRIPTION_MISSING', {
    severity: 'warning',
    title: 'A tool has no description',
    explanation: 'The description is all a model has to decide when to use a tool.',
    before: offer(tool(' ')),
  }),
  rule('TOOL_DESCRIPTION_PLACEHOLDER', {
    severity: 'warning',
    title: 'The description is a placeholder',
    explanation: 'Text that was meant to be written later says nothing and hides that nothing is said.',
    before: offer(tool('TODO: describe')),
  }),
  rule('TOOL_DESCRIPTION_SHORT', {
    severity: 'info',
    title: 'The description is too short to say anything',
    explanation: 'A word or two do not say what happens, to what, and what comes back.',
    before: offer(tool('Settles it.')),
  }),
  rule('TOOL_DESCRIPTION_REPEATS_NAME', {
    severity: 'info',
    title: 'The description only repeats the name',
    explanation: 'The model has read the name already; what it needs is when to use the tool and what comes back.',
    before: offer(tool('This tool pays an invoice.')),
  }),
];

/** Whether there is a description, and whether it says more than the name. */
export const descriptions: RuleFamily = eachTool(RULES, (one, { options }) => {
  const draft = (ruleId: string, message: string, hint: string): Draft[] => [
    { ruleId, tool: one.name, path: '/description', message, hint },
  ];
  const { name, description } = one;
  if (description === '') {
    const message = `Tool "${name}" has no description; a model cannot know when to use it.`;
    return draft('TOOL_DESCRIPTION_MISSING', message, 'Say what it does, when to use it, and what it returns.');
  }
  if (isPlaceholder(description)) {
    const message = `The description of tool "${name}" is a placeholder: ${quoted(description)}.`;
    return draft(
      'TOOL_DESCRIPTION_PLACEHOLDER',
      message,
      'Write the description, or take the tool out until it is done.',
    );
  }
  if (repeatsName(one)) {
    const message = `The description of tool "${name}" only repeats its name: ${quoted(description)}.`;
    return draft('TOOL_DESCRIPTION_REPEATS_NAME', message, 'Add when to use it and what it returns.');
  }
  if ([...description].length >= options.minDescriptionLength || isDense(description)) return [];
  const message = `The description of tool "${name}" has fewer than ${options.minDescriptionLength} characters: ${quoted(description)}.`;
  return draft('TOOL_DESCRIPTION_SHORT', message, 'Say what it does, when to use it, and what it returns.');
});

/** Scripts that need few characters for many words. */
function isDense(text: string): boolean {
  return text.length >= 4 && /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(text);
}

function isPlaceholder(text: string): boolean {
  return /^(?:todo|tbd|fixme|xxx|n\/?a|none|description|placeholder|lorem ipsum|test|\.{2,}|-+)\b/i.test(
    text.slice(0, 200),
  ) && text.length < 60
    ? !/^(?:test|description|none|placeholder)\b.{4,}/i.test(text)
    : /^[.\-_?!\s]+$/.test(text.slice(0, 200)) && text.length < 200;
}

function repeatsName({ words, description }: ToolView): boolean {
  if (description.length > 200) return false;
  const said = contentWords(description);
  const name = new Set(words.map(stem));
  return said.length > 0 && said.length <= name.size + 1 && said.every((word) => name.has(word));
}
