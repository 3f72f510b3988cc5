import type { JsonObject, JsonValue } from '@rollcall/kernel';
import fc from 'fast-check';

/** Two schemas of one argument or result, before and after. */
export type SchemaPair = { base: JsonValue; head: JsonValue };

/** How a pair came about; of `rewritten` and `grown` the verdict is known without looking at the schemas. */
type Origin = 'mutated' | 'fresh' | 'grown' | 'shrunk' | 'rewritten';

export type MadePair = SchemaPair & { origin: Origin };

const small = fc.integer({ min: -2, max: 4 });
const count = fc.integer({ min: 0, max: 3 });
const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>('', 'a', 'bb', 'abc', true, false, null, 0.5),
  small,
);
const typeName = fc.constantFrom('null', 'boolean', 'integer', 'number', 'string', 'array', 'object');

type Made = fc.Arbitrary<JsonValue>;

/** Bounds in any order: nobody writes such schemas on purpose, and the comparison must not be confused by them. */
const anyNumber = fc.record(
  {
    type: fc.constantFrom('integer', 'number'),
    minimum: small,
    maximum: small,
    exclusiveMinimum: small,
    exclusiveMaximum: small,
    multipleOf: fc.constantFrom(1, 2, 3),
  },
  { requiredKeys: ['type'] },
) as Made;
const numeric: Made = fc.oneof(
  { weight: 1, arbitrary: anyNumber },
  {
    weight: 4,
    arbitrary: fc
      .record({
        type: fc.constantFrom('integer', 'number'),
        bounds: fc.tuple(small, small).map(([one, two]) => [Math.min(one, two), Math.max(one, two) + 2]),
        lower: fc.constantFrom('minimum', 'exclusiveMinimum', null),
        upper: fc.constantFrom('maximum', 'exclusiveMaximum', null),
      })
      .map(({ type, bounds, lower, upper }) => ({
        type,
        ...(lower === null ? {} : { [lower]: bounds[0] }),
        ...(upper === null ? {} : { [upper]: bounds[1] }),
      })) as Made,
  },
);
const pattern = fc.constantFrom('^a', 'b$', '^[a-c]+$');
const anyText = fc.record(
  {
    type: fc.constant('string'),
    minLength: count,
    maxLength: count,
    pattern,
    format: fc.constantFrom('date', 'email'),
  },
  { requiredKeys: ['type'] },
) as Made;
const textual: Made = fc.oneof(
  { weight: 1, arbitrary: anyText },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('string'), format: fc.constantFrom('date', 'email') }) as Made,
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('string'), pattern }) as Made },
  {
    weight: 3,
    arbitrary: fc
      .tuple(count, count)
      .map(([one, two]) => ({ type: 'string', minLength: Math.min(one, two), maxLength: Math.max(one, two) })) as Made,
  },
);

const leaf: Made = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom<JsonValue>(true, {}) },
  { weight: 1, arbitrary: fc.constantFrom<JsonValue>({ $ref: '#/$defs/R' }, { $ref: '#/$defs/L' }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.oneof(typeName, fc.uniqueArray(typeName, { minLength: 1, maxLength: 3 })) }),
  },
  { weight: 2, arbitrary: fc.record({ enum: fc.array(scalar, { minLength: 1, maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ const: scalar }) },
  { weight: 3, arbitrary: numeric },
  { weight: 3, arbitrary: textual },
) as Made;

/** Names every object has through its prototype catch whoever looks properties up carelessly. */
const PLAIN_NAMES = ['a', 'b', 'c'];
const ALL_NAMES = [...PLAIN_NAMES, 'toString', '__proto__'];

function arrays(schema: Made): Made {
  return fc.record(
    {
      type: fc.constant('array'),
      items: schema,
      prefixItems: fc.array(schema, { minLength: 1, maxLength: 2 }),
      minItems: count,
      maxItems: count,
      uniqueItems: fc.boolean(),
    },
    { requiredKeys: ['type'] },
  ) as Made;
}

function objects(schema: Made, names: readonly string[]): Made {
  return fc.record(
    {
      type: fc.constant('object'),
      properties: fc.dictionary(fc.constantFrom(...names), schema, { maxKeys: 3, noNullPrototype: true }),
      required: fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 }),
      additionalProperties: fc.oneof(fc.boolean(), schema),
      propertyNames: fc.constantFrom({ maxLength: 1 }, { pattern: '^a' }, { enum: ['a', 'b'] }),
      patternProperties: fc.record({ '^a': schema }),
      minProperties: count,
      maxProperties: count,
    },
    { requiredKeys: ['type', 'properties'] },
  ) as Made;
}

/** Objects as servers write them: declared, some required, often closed. */
function plainObjects(schema: Made): Made {
  return fc.record(
    {
      type: fc.constant('object'),
      properties: fc.dictionary(fc.constantFrom(...PLAIN_NAMES), schema, { maxKeys: 3, noNullPrototype: true }),
      required: fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 }),
      additionalProperties: fc.constant(false),
    },
    { requiredKeys: ['type', 'properties'] },
  ) as Made;
}

function unions(schema: Made): Made {
  const some = fc.array(schema, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ anyOf: some }) },
    { weight: 2, arbitrary: fc.record({ oneOf: some }) },
    { weight: 1, arbitrary: fc.record({ allOf: fc.array(schema, { minLength: 1, maxLength: 2 }) }) },
    { weight: 1, arbitrary: fc.record({ not: schema }) },
    { weight: 1, arbitrary: fc.record({ type: typeName, anyOf: some }) },
    { weight: 1, arbitrary: discriminated(schema) },
  ) as Made;
}

function discriminated(schema: Made): Made {
  const branch = (value: string): Made =>
    fc.record({
      type: fc.constant('object'),
      properties: fc.record({ a: fc.constant({ const: value }), b: schema }, { requiredKeys: ['a'] }),
      required: fc.constantFrom(['a'], ['a', 'b']),
    }) as fc.Arbitrary<unknown> as Made;
  return fc
    .tuple(fc.constantFrom('anyOf', 'oneOf'), branch('x'), branch('y'))
    .map(([keyword, ...branches]) => ({ [keyword]: branches })) as Made;
}

function schemas(depth: number, names: readonly string[]): Made {
  if (depth === 0) return leaf;
  const inner = schemas(depth - 1, names);
  return fc.oneof(
    { weight: 5, arbitrary: leaf },
    { weight: 2, arbitrary: unions(inner) },
    { weight: 1, arbitrary: arrays(inner) },
    { weight: 1, arbitrary: objects(inner, names) },
    { weight: 2, arbitrary: plainObjects(inner) },
  );
}

const WAYS = ['replace', 'replace', 'drop', 'drop', 'merge', 'merge', 'put', 'put', 'put', 'fresh'].concat(
  ['grow', 'shrink', 'rewrite'], // each shows what the other does not: false alarms, false peace, noise
);

/** Two schemas that mostly agree: a keyword or subschema of the first is replaced, dropped, added, or nothing changes. */
export function schemaPairs(options: { depth: number; hostileNames?: boolean }): fc.Arbitrary<MadePair> {
  const schema = schemas(options.depth, options.hostileNames ? ALL_NAMES : PLAIN_NAMES);
  return fc.record({ base: schema, other: schema, at: fc.nat(), how: fc.constantFrom(...WAYS) }).map(madePair);
}

type Drawn = { base: JsonValue; other: JsonValue; at: number; how: string };

function madePair({ base, other, at, how }: Drawn): MadePair {
  if (how === 'fresh') return { base, head: other, origin: 'fresh' };
  if (how === 'grow') return { base, head: { anyOf: [base, other] }, origin: 'grown' };
  if (how === 'shrink') return { base, head: { allOf: [base, other] }, origin: 'shrunk' };
  if (how === 'rewrite') return { base, head: rewritten(base, at), origin: 'rewritten' };
  return { base, head: mutated(base, other, { at, how }), origin: 'mutated' };
}

/** The same values in other words. */
function rewritten(base: JsonValue, at: number): JsonValue {
  const ways: ((schema: JsonValue) => JsonValue)[] = [
    (schema) => ({ allOf: [schema] }),
    (schema) => ({ anyOf: [schema, false] }),
    (schema) => ({ anyOf: [schema, schema] }),
    (schema) => ({ oneOf: [schema, false] }),
    (schema) => (typeof schema === 'boolean' ? schema : { title: 'same', ...(schema as JsonObject) }),
    (schema) => ({ allOf: [schema, schema], description: 'twice' }),
  ];
  return ways[at % ways.length]?.(base) ?? base;
}

function mutated(base: JsonValue, other: JsonValue, { at, how }: { at: number; how: string }): JsonValue {
  const spots: ((value: JsonValue | undefined) => void)[] = [];
  const copy = JSON.parse(JSON.stringify({ root: base })) as JsonObject;
  const visit = (parent: JsonObject): void => {
    for (const [key, value] of Object.entries(parent)) {
      spots.push((next) => setOrDrop(parent, key, next));
      for (const one of Array.isArray(value) ? value : [value])
        if (one !== null && typeof one === 'object' && !Array.isArray(one)) visit(one);
    }
  };
  const root = copy['root'];
  if (root === null || typeof root !== 'object' || Array.isArray(root)) return other;
  visit(root);
  if (how === 'merge' && typeof other === 'object') return { ...root, ...other } as JsonValue;
  const spot = spots[at % Math.max(1, spots.length)];
  if (how === 'drop') spot?.(undefined);
  const keywords = Object.keys(root);
  const keyword = keywords[at % Math.max(1, keywords.length)];
  const theirs = typeof other === 'object' && keyword !== undefined ? (other as JsonObject)[keyword] : undefined;
  if (how === 'replace' && keyword !== undefined && theirs !== undefined) root[keyword] = theirs;
  if (how === 'put') putSomewhere(root, other, at);
  return root;
}

function setOrDrop(parent: JsonObject, key: string, next: JsonValue | undefined): void {
  if (next === undefined) delete parent[key];
  else Object.defineProperty(parent, key, { value: next, enumerable: true, configurable: true, writable: true });
}

/** Another schema where one of the children stood. */
function putSomewhere(root: JsonObject, other: JsonValue, at: number): void {
  const children: (() => void)[] = [];
  const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
  for (const [keyword, value] of Object.entries(root)) {
    if (lists.includes(keyword) && Array.isArray(value))
      for (const index of value.keys())
        children.push(() => {
          value[index] = other;
        });
    if (keyword === 'properties')
      for (const name of Object.keys(value as JsonObject))
        children.push(() => setOrDrop(value as JsonObject, name, other));
    if (keyword === 'items' || keyword === 'additionalProperties' || keyword === 'not')
      children.push(() => setOrDrop(root, keyword, other));
  }
  children[at % Math.max(1, children.length)]?.();
}

/** The whole schema of a tool around one value, with two recursive definitions that values may refer to. */
export function rooted(value: JsonValue): JsonObject {
  return {
    type: 'object',
    properties: { p: value },
    $defs: {
      R: { type: ['object', 'integer'], properties: { a: { $ref: '#/$defs/R' } }, required: ['a'] },
      L: {
        anyOf: [
          { type: 'null' },
          { type: 'object', properties: { b: { $ref: '#/$defs/L' } }, additionalProperties: false },
        ],
      },
    },
  };
}
