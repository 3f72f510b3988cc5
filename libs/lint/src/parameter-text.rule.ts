import { type Draft, eachTool, offer, type RuleFamily, type RuleText } from './lint-rule.js';
import { hasAny, type ParameterView, quoted, typesOf } from './tool-view.js';

const tool = (properties: object): string =>
  offer({
    name: 'pay_invoice',
    description: 'Pays one open invoice in full.',
    inputSchema: { type: 'object', properties },
  });

const DESCRIBED: readonly RuleText[] = [
  {
    id: 'PARAMETER_DESCRIPTION_MISSING',
    severity: 'info',
    title: 'An argument has no description',
    explanation: 'A model fills in arguments by what it reads; without a description it guesses the form of the value.',
    before: tool({ id: { type: 'string' } }),
    after: tool({ id: { type: 'string', description: 'Number of the invoice, such as INV-1001.' } }),
  },
];

export const parameterDescriptions: RuleFamily = eachTool(DESCRIBED, (one) =>
  one.parameters.flatMap((parameter): Draft[] => {
    const { name, path, description, schemas } = parameter;
    if (description !== null || hasAny(schemas, '$ref', 'const')) return [];
    const message = `The argument "${name}" of tool "${one.name}" has no description.`;
    const hint = `Add a description to ${path}: what the value means and an example of its form.`;
    return [{ ruleId: 'PARAMETER_DESCRIPTION_MISSING', tool: one.name, path, message, hint }];
  }),
);

const ENUM: readonly RuleText[] = [
  {
    id: 'PARAMETER_ENUM_MISSING',
    severity: 'info',
    title: 'The description lists the choices, the schema does not',
    explanation: 'With an enum, a wrong value is refused before the call, and clients can show the choices.',
    before: tool({ speed: { type: 'string', description: 'One of: "normal", "express".' } }),
    after: tool({ speed: { type: 'string', description: 'How fast to pay.', enum: ['normal', 'express'] } }),
  },
];

export const parameterChoices: RuleFamily = eachTool(ENUM, (one) =>
  one.parameters.flatMap((parameter): Draft[] => {
    const choices = listedChoices(parameter);
    if (choices.length < 2) return [];
    const { name, path } = parameter;
    const listed = choices.map((choice) => quoted(choice)).join(', ');
    const message = `The description of the argument "${name}" of tool "${one.name}" lists choices and its schema does not: ${listed}.`;
    return [{ ruleId: 'PARAMETER_ENUM_MISSING', tool: one.name, path, message, hint: `Add "enum": [${listed}].` }];
  }),
);

const CONSTRAINED = ['enum', 'const', 'pattern', 'format', '$ref'];
/** Words after which choices are examples and not all there are. */
const EXAMPLES = /\b(?:e\.?g|for example|for instance|such as|like|example|examples|including|default|etc)\b|\.\.\.|…/i;

const WORD = `["'\`]([A-Za-z0-9_.-]{1,40})["'\`]`;
const WORDS = new RegExp(WORD, 'g');
const SAYS_CHOICES =
  '\\b(?:one of|either|must be|can be|allowed values|valid values|possible values|values|options)\\b:? ?(?:are:? )?\\(?';
const AFTER_CHOICES = new RegExp(`${SAYS_CHOICES}${WORD}(?: ?(?:,? or |,? and |[,|/]) ?${WORD}){1,15}`, 'i');
const ALONE = new RegExp(`(?:^|\\()${WORD}(?: ?(?: or |\\|) ?${WORD}){1,15}(?:\\)|\\.?$)`);

/** Quoted words after "one of", or quoted words joined by "or" or "|": the forms in which nothing else is meant. */
function listedChoices({ description, schemas }: ParameterView): string[] {
  const types = typesOf(schemas);
  if (description === null || !types.has('string') || types.has('object') || hasAny(schemas, ...CONSTRAINED)) return [];
  const text = description.slice(0, 600);
  const found = AFTER_CHOICES.exec(text) ?? ALONE.exec(text);
  if (found === null || EXAMPLES.test(text)) return [];
  return [...found[0].matchAll(WORDS)].map((match) => match[1] ?? '');
}
