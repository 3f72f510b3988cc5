import type { JsonObject } from '@rollcall/kernel';
import { type Draft, eachTool, offer, type RuleFamily, type RuleText } from './lint-rule.js';
import { hasAny, own, type ParameterView, schemasOf, type ToolView, typesOf } from './tool-view.js';
import { LISTING_VERBS, READING_VERBS } from './verbs.catalogue.js';

const list = (properties: object, more: object = {}): string =>
  offer({
    name: 'list_invoices',
    description: 'Lists open invoices, the newest first.',
    inputSchema: { type: 'object', properties },
    ...more,
  });
const limit = (more: object = {}): object => ({ type: 'integer', description: 'How many at most.', ...more });

const BOUNDS: readonly RuleText[] = [
  {
    id: 'PARAMETER_BOUND_MISSING',
    severity: 'info',
    title: 'An argument that asks for an amount has no upper bound',
    explanation:
      'A model that asks for a million rows, waits for a day or deletes ten thousand things at once means no harm and does some. Looked at are amounts (limit, count, timeout), lists of things to delete, and encoded files.',
    before: list({ limit: limit() }),
    after: list({ limit: limit({ minimum: 1, maximum: 100 }) }),
  },
];

const AMOUNTS = new Set([
  'limit',
  'count',
  'size',
  'amount',
  'timeout',
  'top',
  'first',
  'depth',
  'retries',
  'concurrency',
  'n',
  'k',
]);
const AMOUNT_NAMES = new Set([
  'page size',
  'per page',
  'max results',
  'max items',
  'num results',
  'max rows',
  'timeout ms',
  'top k',
  'max depth',
  'result count',
  'wait seconds',
  'delay ms',
]);

/** Verbs that are about the things in the list; a "drop" may be one of files onto a page. */
const DELETING = new Set(['delete', 'remove', 'destroy', 'erase', 'purge', 'revoke', 'wipe']);

/** Only where it matters: nearly every text has no longest length, and saying so each time helps nobody. */
export const parameterBounds: RuleFamily = eachTool(BOUNDS, (one) =>
  one.parameters.flatMap((parameter): Draft[] => {
    const missing = missingBound(parameter, one);
    if (missing === null) return [];
    const message = `The argument "${parameter.name}" of tool "${one.name}" has no upper bound.`;
    return [
      { ruleId: 'PARAMETER_BOUND_MISSING', tool: one.name, path: parameter.path, message, hint: `Add "${missing}".` },
    ];
  }),
);

function missingBound({ words, schemas, name }: ParameterView, one: ToolView): string | null {
  const types = typesOf(schemas);
  if (hasAny(schemas, 'enum', 'const', '$ref')) return null;
  if (types.has('integer') || types.has('number')) {
    const asks =
      (words.length === 1 && AMOUNTS.has(name.toLowerCase()) && isAmount(name, one)) ||
      AMOUNT_NAMES.has(words.join(' '));
    return asks && !hasAny(schemas, 'maximum', 'exclusiveMaximum') ? 'maximum' : null;
  }
  if (types.has('array')) {
    return one.words.some((word) => DELETING.has(word)) && !hasAny(schemas, 'maxItems') ? 'maxItems' : null;
  }
  const encoded = words.includes('base64') || hasAny(schemas, 'contentEncoding');
  return types.has('string') && encoded && !hasAny(schemas, 'maxLength') ? 'maxLength' : null;
}

/** "amount" and "size" of something that is made are its own; of a list they say how much comes back. */
function isAmount(name: string, one: ToolView): boolean {
  return !['amount', 'size', 'n', 'k', 'first'].includes(name.toLowerCase()) || READING_VERBS.has(one.words[0] ?? '');
}

const LISTS: readonly RuleText[] = [
  {
    id: 'LIST_OUTPUT_UNBOUNDED',
    severity: 'info',
    title: 'A list comes back whole, however long it is',
    explanation:
      'A result goes into the context of a model as it is; a list without pages, limit or filter by keys grows until it drives everything else out.',
    before: list({}, { annotations: { readOnlyHint: true } }),
    after: list({ limit: limit({ maximum: 100 }) }, { annotations: { readOnlyHint: true } }),
  },
  {
    id: 'OUTPUT_SCHEMA_MISSING',
    severity: 'info',
    title: 'A tool does not say what it returns',
    explanation:
      'With an output schema, results are checked, callers can rely on fields, and a change of the result is found before it breaks somebody.',
    before: list({ limit: limit({ maximum: 100 }) }),
    after: list(
      { limit: limit({ maximum: 100 }) },
      {
        outputSchema: {
          type: 'object',
          properties: { invoices: { type: 'array', items: { type: 'string' }, maxItems: 100 } },
        },
      },
    ),
  },
];

const PAGING =
  /^(?:limit|max|top|first|last|count|size|page|pages|per|cursor|offset|skip|after|before|start|head|tail|token|num|number|take|k|n|range|lines|rows|results|next|batch)$/;

/** What comes back: whether it is said, and whether it ends. */
export const outputs: RuleFamily = eachTool(LISTS, (one) => {
  const found: Draft[] = [];
  if (one.output === null) {
    const message = `Tool "${one.name}" has no output schema.`;
    const hint = 'Add an outputSchema and return structuredContent.';
    found.push({ ruleId: 'OUTPUT_SCHEMA_MISSING', tool: one.name, path: '', message, hint });
  }
  if (isUnboundedList(one)) {
    const message = `Tool "${one.name}" returns a list and has no argument that limits it.`;
    const hint = 'Add a limit with a maximum, and a cursor for what comes after.';
    found.push({ ruleId: 'LIST_OUTPUT_UNBOUNDED', tool: one.name, path: '/inputSchema', message, hint });
  }
  return found;
});

function isUnboundedList(one: ToolView): boolean {
  const pages = one.parameters.some(({ words }) => words.some((word) => PAGING.test(word)));
  // what was asked for by key is as long as the question
  const asked = one.parameters.some(({ schemas, required }) => required && typesOf(schemas).has('array'));
  if (pages || asked) return false;
  const lists = LISTING_VERBS.has(one.words[0] ?? '') || LISTING_VERBS.has(one.words[1] ?? '');
  if (one.output === null) return lists && isPlural(one.words.at(-1) ?? '');
  // a look-up that needs a key returns what belongs to it
  const everything = READING_VERBS.has(one.words[0] ?? '') && !one.parameters.some(({ required }) => required);
  return (lists || everything) && arraysOf(one.output).some((schema) => !hasAny([schema], 'maxItems', 'const'));
}

function isPlural(word: string): boolean {
  return word.length > 3 && word.endsWith('s') && !/(?:ss|us|is|status|news)$/.test(word);
}

/** Arrays of objects or texts directly in the result. */
function arraysOf(output: JsonObject): JsonObject[] {
  const properties = own(output, 'properties');
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return [];
  return Object.values(properties).flatMap((property) =>
    schemasOf(property, output).filter((schema) => own(schema, 'type') === 'array'),
  );
}
