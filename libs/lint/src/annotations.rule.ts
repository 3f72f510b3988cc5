import { type Draft, eachTool, NO_ARGUMENTS, offer, type RuleFamily, type RuleText } from './lint-rule.js';
import { DESTROYING_VERBS, READING_VERBS } from './verbs.catalogue.js';

const tool = (annotations: object | undefined, name = 'delete_invoice'): string =>
  offer({
    name,
    description: 'Works on one invoice that is still a draft.',
    inputSchema: NO_ARGUMENTS,
    ...(annotations ? { annotations } : {}),
  });
const AFTER = tool({ readOnlyHint: false, destructiveHint: true });

const RULES: readonly RuleText[] = [
  {
    id: 'READ_ONLY_CONTRADICTION',
    severity: 'error',
    title: 'A tool whose name destroys says that it only reads',
    explanation: 'Both cannot be true, and clients that ask for consent believe the hint.',
    before: tool({ readOnlyHint: true }),
    after: AFTER,
  },
  {
    id: 'ANNOTATION_CONTRADICTION',
    severity: 'warning',
    title: 'A tool says that it only reads and that it destroys',
    explanation: 'Clients read one of the two hints; which one decides whether anybody is asked.',
    before: tool({ readOnlyHint: true, destructiveHint: true }, 'archive_invoice'),
    after: tool({ readOnlyHint: false, destructiveHint: true }, 'archive_invoice'),
  },
  {
    id: 'DESTRUCTIVE_HINT_DENIED',
    severity: 'warning',
    title: 'A tool whose name destroys says that it destroys nothing',
    explanation: 'Consent is skipped for a tool that is not destructive.',
    before: tool({ readOnlyHint: false, destructiveHint: false }),
    after: AFTER,
  },
  {
    id: 'DESTRUCTIVE_HINT_MISSING',
    severity: 'warning',
    title: 'A tool whose name destroys carries no hint',
    explanation: 'The protocol then assumes the worst, many clients do not; say it.',
    before: tool(undefined),
    after: AFTER,
  },
  {
    id: 'READ_ONLY_HINT_MISSING',
    severity: 'info',
    title: 'A tool that seems to read only does not say so',
    explanation: 'Without readOnlyHint a client has to treat a look-up like a deletion: it asks every time, or never.',
    before: tool(undefined, 'get_invoice'),
    after: tool({ readOnlyHint: true }, 'get_invoice'),
  },
];

/** Hints against names, and against each other. */
export const annotations: RuleFamily = eachTool(RULES, ({ name, words, readOnly, destructive }) => {
  const draft = (ruleId: string, key: string, message: string, hint: string): Draft[] => [
    { ruleId, tool: name, path: key === '' ? '/annotations' : `/annotations/${key}`, message, hint },
  ];
  const verb = destroyingVerb(words);
  if (readOnly === true && verb !== null) {
    const message = `Tool "${name}" says that it only reads, but its name says "${verb}".`;
    return draft(
      'READ_ONLY_CONTRADICTION',
      'readOnlyHint',
      message,
      'Set readOnlyHint to false and destructiveHint to true.',
    );
  }
  if (readOnly === true && destructive === true) {
    const message = `Tool "${name}" says that it only reads and that it destroys.`;
    return draft('ANNOTATION_CONTRADICTION', 'destructiveHint', message, 'Take one of the two hints away.');
  }
  if (verb !== null && destructive === false) {
    const message = `Tool "${name}" says that it destroys nothing, but its name says "${verb}".`;
    return draft(
      'DESTRUCTIVE_HINT_DENIED',
      'destructiveHint',
      message,
      'Set destructiveHint to true, or give it a name that fits.',
    );
  }
  if (verb !== null && destructive === undefined) {
    const message = `The name of tool "${name}" says "${verb}", and no annotation says whether it destroys.`;
    return draft('DESTRUCTIVE_HINT_MISSING', '', message, 'Set destructiveHint.');
  }
  if (readOnly !== undefined || verb !== null || destructive !== undefined || !READING_VERBS.has(words[0] ?? ''))
    return [];
  const message = `Tool "${name}" seems to read only and does not say so.`;
  return draft('READ_ONLY_HINT_MISSING', '', message, 'Set readOnlyHint to true, if that is so.');
});

/** `get_kill_switch` only looks, `read_and_delete` does not: behind a reading verb, a second verb needs its "and". */
function destroyingVerb(words: readonly string[]): string | null {
  const index = words.findIndex((word) => DESTROYING_VERBS.has(word));
  const verb = words[index] ?? null;
  const reads = READING_VERBS.has(words[0] ?? '') && !['and', 'then', 'or'].includes(words[index - 1] ?? '');
  return reads ? null : verb;
}
