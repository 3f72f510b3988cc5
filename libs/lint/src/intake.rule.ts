import type { RuleFamily, RuleText } from './lint-rule.js';
import { NO_ARGUMENTS, offer } from './lint-rule.js';

const GOOD = { name: 'pay_invoice', description: 'Pays one invoice.', inputSchema: NO_ARGUMENTS };
const AFTER = offer(GOOD);
const withTool = (change: object): string => offer({ ...GOOD, ...change });
const withSchema = (schema: object): string => withTool({ inputSchema: { type: 'object', properties: schema } });
const deep = (levels: number): object => (levels === 0 ? {} : { items: deep(levels - 1) });

type Row = readonly [id: string, title: string, explanation: string, before: string];

const ROWS: readonly Row[] = [
  [
    'DUPLICATE_KEY',
    'An object has the same key twice',
    'Parsers disagree which of the two counts, so what was reviewed may not be what is used.',
    '{ "tools": [ { "name": "pay_invoice", "name": "delete_invoice", "inputSchema": { "type": "object" } } ] }',
  ],
  [
    'DUPLICATE_NAME',
    'Two members have one name',
    'Clients disagree which definition counts; neither is accepted.',
    offer(GOOD, { ...GOOD, description: 'Pays every invoice.' }),
  ],
  [
    'LONE_SURROGATE',
    'A text has half of a surrogate pair',
    'Such a text has no UTF-8 form: it changes on its way, and no digest of it is stable.',
    '{ "tools": [ { "name": "pay_invoice", "description": "\\ud800", "inputSchema": { "type": "object" } } ] }',
  ],
  [
    'UNSAFE_NUMBER',
    'A number is larger than every program can hold exactly',
    'Two programs would read two different bounds.',
    '{ "tools": [ { "name": "pay_invoice", "inputSchema": { "type": "object", "maxProperties": 9007199254740993 } } ] }',
  ],
  [
    'TOO_DEEP',
    'A definition is nested too deeply',
    'More than 64 levels are no schema that anybody reads, and exhaust programs that walk them.',
    withSchema({ a: deep(64) }),
  ],
  [
    'TOO_LARGE',
    'A definition or the list is too large',
    'What nobody can review is not let in; a member may have 256 KB.',
    '{ "tools": [ { "name": "pay_invoice", "description": "(more than 256 KB of text)", "inputSchema": { "type": "object" } } ] }',
  ],
  [
    'INVALID_NAME',
    'A name is outside the alphabet of the protocol',
    'A tool name has 1 to 128 characters out of A-Z a-z 0-9 _ . and -; clients refuse others, or change them.',
    withTool({ name: 'pay invoice' }),
  ],
  [
    'INVISIBLE_CHARACTER',
    'A name or title has a character nobody sees',
    'What an approver sees must be what a program compares.',
    withTool({ title: 'Pay\u200b' }),
  ],
  [
    'REMOTE_REF',
    'A schema refers to another document',
    'What is behind an address can change after the review; no address is ever fetched.',
    withSchema({ invoice: { $ref: 'https://schemas.example.com/invoice.json' } }),
  ],
  [
    'INVALID_HEADER_PLACEMENT',
    'A header is bound to something that is no plain argument',
    'The protocol binds headers to plain text arguments; clients that follow it do not show the tool at all.',
    withSchema({ amount: { type: 'number', 'x-mcp-header': 'Amount' } }),
  ],
  [
    'NOT_AN_OBJECT',
    'Something that has to be an object is none',
    'The part cannot be understood and is left out.',
    withTool({ inputSchema: 'none' }),
  ],
  [
    'MALFORMED_SCHEMA',
    'A schema does not follow JSON Schema',
    'A keyword of the wrong shape means something else to every validator.',
    withTool({ inputSchema: { type: 'object', required: 'invoice' } }),
  ],
  [
    'MALFORMED',
    'A part of the offer has the wrong form',
    'It cannot be understood and is left out.',
    '{ "tools": [], "instructions": 7 }',
  ],
];

const rules: readonly RuleText[] = ROWS.map(([id, title, explanation, before]) => ({
  id,
  severity: 'error',
  title,
  explanation,
  before,
  after: AFTER,
  safety: true,
}));
const HINTS = new Map<string, string>([
  ['DUPLICATE_NAME', 'Give every tool a name of its own.'],
  ['INVALID_NAME', 'Use letters, digits, "_", "-" and "." only.'],
  ['REMOTE_REF', 'Copy the schema into $defs and refer to it there.'],
  ['INVISIBLE_CHARACTER', 'Delete the character.'],
]);

/** Every reason why strict intake did not take something is an error under its own code. */
export const intakeRules: RuleFamily = {
  rules,
  find: ({ issues }) =>
    issues.map((issue) => ({
      ruleId: issue.code,
      tool: null,
      path: issue.path,
      message: issue.message,
      hint: HINTS.get(issue.code) ?? 'Correct the definition where the path points.',
    })),
};
