import type { RawOffer } from '@rollcall/contract';
import type { JsonObject, JsonValue } from '@rollcall/kernel';
import { arg, args, field, open, result, text, tool } from './offer.fixture.js';

/** A difference in bytes that must not change the verdict; `tells` is the one harmless line it may be told with. */
export type NoiseFixture = { name: string; before: RawOffer; after: RawOffer; tells: string | null };

type Row = [name: string, before: RawOffer, after: RawOffer, tells?: string];

const none = { type: 'null' };
const reversed = (value: JsonObject): JsonObject => Object.fromEntries(Object.entries(value).reverse());
const [pay] = tool({}).tools as [JsonObject];
const list = { name: 'list', inputSchema: { type: 'object' } };
const dialect = (id: string, more: JsonObject = {}): RawOffer => args({ a: text, ...more }, { $schema: id });
const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';
const DRAFT_2020 = 'https://json-schema.org/draft/2020-12/schema';
const both = (name: string, before: JsonValue, after: JsonValue): Row[] => [
  [`${name} (argument)`, arg(before), arg(after), 'INPUT_REWRITTEN'],
  [`${name} (result)`, field(before), field(after), 'OUTPUT_REWRITTEN'],
];

const SILENT: Row[] = [
  ['the order of keys', { tools: [pay] }, { tools: [reversed(pay)] }],
  ['the order of tools', { tools: [pay, list] }, { tools: [list, pay] }],
  ['the order of properties', args({ a: text, b: text }), args({ b: text, a: text })],
  ['the dialect is named', args({ a: text }), dialect(DRAFT_2020)],
  ['the dialect changes where both read the same', dialect(DRAFT_07), dialect(DRAFT_2020)],
  ['execution', tool({}), tool({ execution: { taskSupport: 'forbidden' } })],
  ['icons', tool({}), tool({ icons: [{ src: 'https://a.example/i.png' }] })],
  ['metadata of a vendor', tool({ _meta: { vendor: 1 } }), tool({ _meta: { vendor: 2 } })],
  [
    'hints that say what is the default',
    tool({}),
    tool({ annotations: { destructiveHint: true, readOnlyHint: false } }),
  ],
  ['a title moves out of the annotations', tool({ annotations: { title: 'Pay' } }), tool({ title: 'Pay' })],
  ['icons of a prompt', { tools: [], prompts: [{ name: 'p' }] }, { tools: [], prompts: [{ name: 'p', icons: [] }] }],
];

const REWRITTEN: Row[] = [
  ['listed values in another order', arg({ enum: ['x', 'y'] }), arg({ enum: ['y', 'x'] }), 'INPUT_REWRITTEN'],
  [
    'required arguments in another order',
    args({ a: text, b: text }, { required: ['a', 'b'] }),
    args({ a: text, b: text }, { required: ['b', 'a'] }),
    'INPUT_REWRITTEN',
  ],
  ['an empty list of required arguments', args({ a: text }), args({ a: text }, { required: [] }), 'INPUT_REWRITTEN'],
  [
    'additionalProperties is said to be true',
    open({ a: text }),
    open({ a: text }, { additionalProperties: true }),
    'INPUT_REWRITTEN',
  ],
  [
    'additionalProperties is an empty schema',
    open({ a: text }),
    open({ a: text }, { additionalProperties: {} }),
    'INPUT_REWRITTEN',
  ],
  ['no properties are declared as an empty map', tool({}), open({}), 'INPUT_REWRITTEN'],
  [
    'a definition is renamed',
    args({ a: { $ref: '#/$defs/A' } }, { $defs: { A: text } }),
    args({ a: { $ref: '#/$defs/B' } }, { $defs: { B: text } }),
    'INPUT_REWRITTEN',
  ],
  [
    'a definition moves from definitions to $defs',
    args({ a: { $ref: '#/definitions/A' } }, { definitions: { A: text } }),
    args({ a: { $ref: '#/$defs/A' } }, { $defs: { A: text } }),
    'INPUT_REWRITTEN',
  ],
  [
    'a definition is written out in a result',
    result({ a: { $ref: '#/$defs/A' } }, { $defs: { A: text } }),
    result({ a: text }),
    'OUTPUT_REWRITTEN',
  ],
  ['a definition nobody refers to', args({ a: text }), args({ a: text }, { $defs: { A: text } }), 'INPUT_REWRITTEN'],
  ...both('a union becomes a list of types', { anyOf: [text, none] }, { type: ['string', 'null'] }),
  ...both('a list of types becomes a union', { type: ['string', 'null'] }, { anyOf: [text, none] }),
  ...both('the branches of a union in another order', { anyOf: [text, none] }, { anyOf: [none, text] }),
  ...both('oneOf of disjoint branches becomes anyOf', { oneOf: [text, none] }, { anyOf: [text, none] }),
  ...both('a conjunction is written out', { allOf: [text, { minLength: 1 }] }, { type: 'string', minLength: 1 }),
  ...both('a const becomes a list of one', { const: 'x' }, { enum: ['x'] }),
  ...both('a list of types in another order', { type: ['string', 'null'] }, { type: ['null', 'string'] }),
  ...both(
    'a whole bound is written exclusively',
    { type: 'integer', minimum: 1 },
    { type: 'integer', exclusiveMinimum: 0 },
  ),
  ...both('a branch that the other contains', { anyOf: [{ type: 'number' }, { type: 'integer' }] }, { type: 'number' }),
  ...both('integer and number are number', { type: ['integer', 'number'] }, { type: 'number' }),
];

/** Everything that is written differently and means the same. */
export const NOISE_FIXTURES: readonly NoiseFixture[] = [...SILENT, ...REWRITTEN].map(
  ([name, before, after, tells]) => ({
    name,
    before,
    after,
    tells: tells ?? null,
  }),
);
