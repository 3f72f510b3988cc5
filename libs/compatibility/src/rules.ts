import type { Severity } from './comparison.js';

/** One kind of difference: what it is called for ever, how severe it is and why. */
export type Rule = { id: string; severity: Severity; title: string; explanation: string; docs: string };

type Row = readonly [id: string, severity: Severity, title: string, explanation: string];

const MEMBER_ROWS: readonly Row[] = [
  ['TOOL_REMOVED', 'breaking', 'A tool was removed', 'Every call of the tool fails from now on.'],
  [
    'TOOL_RENAMED',
    'breaking',
    'A tool was renamed',
    'Calls under the old name fail; the tool that most probably takes over is named.',
  ],
  [
    'TOOL_ADDED',
    'safe',
    'A tool was added',
    'No caller is affected, but an agent may gain a capability nobody has reviewed.',
  ],
  [
    'TITLE_CHANGED',
    'safe',
    'The title of a tool changed',
    'Schemas agree, but people and models choose tools by what they read.',
  ],
  [
    'DESCRIPTION_CHANGED',
    'safe',
    'The description of a tool changed',
    'Schemas agree, but a model acts on this text; a changed text can carry instructions.',
  ],
  [
    'PARAMETER_TEXT_CHANGED',
    'safe',
    'Wording inside the input schema changed',
    'Schemas agree, but a model fills in arguments by what it reads here.',
  ],
  [
    'OUTPUT_TEXT_CHANGED',
    'safe',
    'Wording inside the output schema changed',
    'Schemas agree, but a model interprets results by what it reads here.',
  ],
  [
    'INSTRUCTIONS_CHANGED',
    'safe',
    'The instructions of the server changed',
    'The text goes to models next to every tool of the server.',
  ],
  [
    'CAPABILITY_REMOVED',
    'dangerous',
    'A server capability was removed',
    'Clients that rely on the capability lose a feature.',
  ],
  ['CAPABILITY_ADDED', 'safe', 'A server capability was added', 'Clients that do not know it ignore it.'],
  [
    'CAPABILITY_CHANGED',
    'safe',
    'Details of a server capability changed',
    'Clients read details of a capability as hints.',
  ],
  [
    'ANNOTATION_READ_ONLY_CHANGED',
    'safe',
    'readOnlyHint changed',
    'Approval rules and consent dialogs may depend on it; absent means false.',
  ],
  [
    'ANNOTATION_DESTRUCTIVE_CHANGED',
    'safe',
    'destructiveHint changed',
    'Approval rules and consent dialogs may depend on it; absent means true.',
  ],
  [
    'ANNOTATION_IDEMPOTENT_CHANGED',
    'safe',
    'idempotentHint changed',
    'Retry rules may depend on it; absent means false.',
  ],
  [
    'ANNOTATION_OPEN_WORLD_CHANGED',
    'safe',
    'openWorldHint changed',
    'Data flow rules may depend on it; absent means true.',
  ],
  [
    'HEADER_PLACEMENT_CHANGED',
    'dangerous',
    'An x-mcp-header placement changed',
    'Callers with the old schema send other headers and are refused; a new placement shows argument values to every intermediary.',
  ],
  [
    'DEFAULT_CHANGED',
    'dangerous',
    'A default changed or was removed',
    'Calls that leave the argument out behave differently.',
  ],
  ['DEFAULT_ADDED', 'safe', 'A default was added', 'What happens without the argument is now written down.'],
  ['OUTPUT_SCHEMA_ADDED', 'safe', 'An output schema was added', 'Readers learn more than before.'],
  [
    'OUTPUT_SCHEMA_REMOVED',
    'breaking',
    'The output schema was removed',
    'Readers that parse structured results have nothing to rely on.',
  ],
  ['RESOURCE_REMOVED', 'breaking', 'A resource was removed', 'Reading the resource fails from now on.'],
  ['RESOURCE_ADDED', 'safe', 'A resource was added', 'No reader is affected.'],
  [
    'RESOURCE_MIME_TYPE_CHANGED',
    'dangerous',
    'The MIME type of a resource changed',
    'Readers that parse the old type may fail.',
  ],
  [
    'RESOURCE_TEXT_CHANGED',
    'safe',
    'The description of a resource changed',
    'The resource stays, its wording differs.',
  ],
  ['PROMPT_REMOVED', 'breaking', 'A prompt was removed', 'Getting the prompt fails from now on.'],
  ['PROMPT_ADDED', 'safe', 'A prompt was added', 'No user of prompts is affected.'],
  [
    'PROMPT_ARGUMENT_REQUIRED',
    'breaking',
    'A prompt requires another argument',
    'Requests without the argument are refused.',
  ],
  ['PROMPT_ARGUMENT_REMOVED', 'dangerous', 'A prompt argument was removed', 'The argument is ignored or refused.'],
  ['PROMPT_TEXT_CHANGED', 'safe', 'The definition of a prompt changed', 'Arguments that were enough are still enough.'],
];

const INPUT_ROWS: readonly Row[] = [
  ['INPUT_REQUIRED_ADDED', 'breaking', 'An argument became required', 'Calls that leave it out are refused.'],
  [
    'INPUT_REQUIRED_WITH_DEFAULT_ADDED',
    'dangerous',
    'An argument with a default became required',
    'A strict server refuses calls that leave it out; many generators write this for an optional argument.',
  ],
  ['INPUT_REQUIRED_REMOVED', 'safe', 'An argument is no longer required', 'Calls that send it stay valid.'],
  [
    'INPUT_PROPERTY_REMOVED',
    'breaking',
    'An argument was removed from a closed input',
    'Calls that send it are refused, because additionalProperties is false.',
  ],
  [
    'INPUT_PROPERTY_REMOVED_FROM_OPEN',
    'dangerous',
    'An argument was removed from an open input',
    'Calls that send it are accepted, but the argument is silently ignored.',
  ],
  ['INPUT_PROPERTY_ADDED', 'safe', 'An optional argument was added', 'Callers that do not know it are not affected.'],
  [
    'INPUT_PROPERTY_ADDED_TO_OPEN',
    'dangerous',
    'An argument was added to an open input',
    'Callers were free to send anything under this name; now it has a schema.',
  ],
  [
    'INPUT_CLOSED',
    'breaking',
    'The input was closed',
    'Arguments that are not declared were accepted and are now refused.',
  ],
  ['INPUT_OPENED', 'safe', 'The input was opened', 'Arguments that are not declared are now accepted.'],
  ['INPUT_TYPE_NARROWED', 'breaking', 'An argument accepts fewer types', 'Values of the other types are refused.'],
  ['INPUT_TYPE_WIDENED', 'safe', 'An argument accepts more types', 'Everything that was sent is still accepted.'],
  [
    'INPUT_ENUM_NARROWED',
    'breaking',
    'An argument accepts fewer listed values',
    'Calls with the removed values are refused.',
  ],
  [
    'INPUT_ENUM_WIDENED',
    'safe',
    'An argument accepts more listed values',
    'Everything that was sent is still accepted.',
  ],
  ['INPUT_ENUM_ADDED', 'breaking', 'An argument accepts only listed values now', 'Every other value is refused.'],
  [
    'INPUT_ENUM_REMOVED',
    'safe',
    'An argument is no longer limited to listed values',
    'Everything that was sent is still accepted.',
  ],
  [
    'INPUT_BOUND_TIGHTENED',
    'breaking',
    'A limit of an argument was tightened',
    'Values between the old and the new limit are refused.',
  ],
  [
    'INPUT_BOUND_LOOSENED',
    'safe',
    'A limit of an argument was loosened',
    'Everything that was sent is still accepted.',
  ],
  [
    'INPUT_INEXACT_INTEGERS_REFUSED',
    'dangerous',
    'Whole numbers that JSON does not carry exactly are refused',
    'Strictly fewer numbers are accepted, but only beyond 2^53 - 1, where programs already read different numbers from the same text.',
  ],
  [
    'INPUT_UNIQUE_ITEMS_REQUIRED',
    'breaking',
    'The elements of an argument must differ',
    'Lists with repeated elements are refused.',
  ],
  [
    'INPUT_PATTERN_CHANGED',
    'breaking',
    'The pattern of an argument changed',
    'There is a text the old pattern accepts and the new one refuses.',
  ],
  [
    'INPUT_FORMAT_CHANGED',
    'dangerous',
    'The format of an argument changed',
    'Servers that check formats refuse what they accepted; others do not.',
  ],
  [
    'INPUT_PROPERTY_NAMES_NARROWED',
    'breaking',
    'Fewer property names are accepted',
    'Objects with the other names are refused.',
  ],
  ['INPUT_UNION_NARROWED', 'breaking', 'A union of an argument lost a branch', 'Values of that branch are refused.'],
  [
    'INPUT_UNION_WIDENED',
    'safe',
    'A union of an argument gained a branch',
    'Everything that was sent is still accepted.',
  ],
  [
    'INPUT_SCHEMA_NARROWED',
    'breaking',
    'The input accepts less',
    'The schemas use keywords that are not compared exactly, but a value was found that is accepted before and refused after.',
  ],
  [
    'INPUT_CONSTRAINT_LOOSENED',
    'safe',
    'A constraint of an argument was loosened',
    'Everything that was sent is still accepted.',
  ],
  ['INPUT_REWRITTEN', 'safe', 'The input schema is written differently', 'It accepts the same values.'],
  [
    'INPUT_UNDECIDED',
    'dangerous',
    'It is not certain that old calls stay valid',
    'The comparison is exact only for some keywords; here it found neither a proof nor a counter-example.',
  ],
];

const OUTPUT_ROWS: readonly Row[] = [
  [
    'OUTPUT_REQUIRED_REMOVED',
    'breaking',
    'A result field is no longer guaranteed',
    'Readers that rely on the field find it missing.',
  ],
  ['OUTPUT_REQUIRED_ADDED', 'safe', 'A result field is now guaranteed', 'Readers get more certainty.'],
  [
    'OUTPUT_PROPERTY_REMOVED',
    'dangerous',
    'A result field is no longer declared',
    'Readers that use the field may find it missing or different.',
  ],
  ['OUTPUT_PROPERTY_ADDED', 'safe', 'A result field was added', 'Readers that do not know it ignore it.'],
  [
    'OUTPUT_PROPERTY_ADDED_TO_CLOSED',
    'breaking',
    'A result field was added to a closed result',
    'The old schema promised that no other field occurs.',
  ],
  ['OUTPUT_OPENED', 'breaking', 'The result was opened', 'The old schema promised that no other field occurs.'],
  ['OUTPUT_CLOSED', 'safe', 'The result was closed', 'Readers get more certainty.'],
  ['OUTPUT_TYPE_WIDENED', 'breaking', 'A result may have more types', 'Typed readers do not expect the new types.'],
  ['OUTPUT_TYPE_NARROWED', 'safe', 'A result has fewer types', 'Readers can handle everything that is left.'],
  [
    'OUTPUT_ENUM_WIDENED',
    'dangerous',
    'A result may have more listed values',
    'Readers that handle every listed value do not know the new ones.',
  ],
  ['OUTPUT_ENUM_NARROWED', 'safe', 'A result has fewer listed values', 'Readers can handle everything that is left.'],
  [
    'OUTPUT_ENUM_REMOVED',
    'breaking',
    'A result is no longer limited to listed values',
    'Readers must expect any value.',
  ],
  ['OUTPUT_ENUM_ADDED', 'safe', 'A result is limited to listed values', 'Readers can handle everything that is left.'],
  [
    'OUTPUT_BOUND_LOOSENED',
    'breaking',
    'A limit of a result was loosened',
    'Readers must expect values beyond the old limit.',
  ],
  [
    'OUTPUT_BOUND_TIGHTENED',
    'safe',
    'A limit of a result was tightened',
    'Readers can handle everything that is left.',
  ],
  [
    'OUTPUT_INEXACT_INTEGERS_ALLOWED',
    'dangerous',
    'Whole numbers that JSON does not carry exactly may occur',
    'The limit that was dropped kept out only numbers beyond 2^53 - 1, which many readers round.',
  ],
  [
    'OUTPUT_UNIQUE_ITEMS_DROPPED',
    'breaking',
    'The elements of a result may repeat',
    'Readers that use them as a set are surprised.',
  ],
  [
    'OUTPUT_PATTERN_CHANGED',
    'breaking',
    'The pattern of a result changed',
    'There is a text the new pattern allows and the old one did not.',
  ],
  [
    'OUTPUT_FORMAT_CHANGED',
    'dangerous',
    'The format of a result changed',
    'Readers that parse the old format may fail.',
  ],
  [
    'OUTPUT_PROPERTY_NAMES_WIDENED',
    'breaking',
    'More property names may occur',
    'Readers must expect names the old schema excluded.',
  ],
  [
    'OUTPUT_UNION_WIDENED',
    'breaking',
    'A union of a result gained a branch',
    'Readers do not expect values of that branch.',
  ],
  ['OUTPUT_UNION_NARROWED', 'safe', 'A union of a result lost a branch', 'Readers can handle everything that is left.'],
  [
    'OUTPUT_SCHEMA_WIDENED',
    'breaking',
    'The result may be more',
    'The schemas use keywords that are not compared exactly, but a value was found that only the new schema allows.',
  ],
  [
    'OUTPUT_CONSTRAINT_TIGHTENED',
    'safe',
    'A constraint of a result was tightened',
    'Readers can handle everything that is left.',
  ],
  ['OUTPUT_REWRITTEN', 'safe', 'The output schema is written differently', 'It allows the same values.'],
  [
    'OUTPUT_UNDECIDED',
    'dangerous',
    'It is not certain that new results suit old readers',
    'The comparison is exact only for some keywords; here it found neither a proof nor a counter-example.',
  ],
];

/** Every rule a comparison can name; ids never change their meaning, and each has a page with an example. */
export const RULES: readonly Rule[] = [...MEMBER_ROWS, ...INPUT_ROWS, ...OUTPUT_ROWS].map(
  ([id, severity, title, explanation]) => ({
    id,
    severity,
    title,
    explanation,
    docs: `docs/rules/${id}.md`,
  }),
);

const BY_ID = new Map(RULES.map((rule) => [rule.id, rule]));

/** The rule of that id; an id that is not in the catalogue is a fault of ours. */
export function ruleOf(id: string): Rule {
  const rule = BY_ID.get(id);
  if (rule === undefined) throw new Error(`There is no rule ${id}.`);
  return rule;
}
