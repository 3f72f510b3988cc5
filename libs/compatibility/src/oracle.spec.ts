import { describe, expect, it } from '@jest/globals';
import { buildContract } from '@rollcall/contract';
import type { JsonObject, JsonValue } from '@rollcall/kernel';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { compareContracts } from './compare.js';
import type { Comparison } from './comparison.js';

/*
 * The judge of the comparison shares no code with it: values are composed from the constants of both schemas, Ajv decides
 * which are valid, and a value that is valid on the one side and not on the other disproves "safe".
 */
/** A run of seconds; for a search of minutes write 20_000 here. Every run starts from another seed and prints it. */
const PAIRS = 600;
const TIME_LIMIT_MS = 30_000 + 100 * PAIRS;
const ajv = new Ajv2020({
  strict: false,
  logger: false,
  messages: false,
  meta: false,
  validateSchema: false,
  validateFormats: false,
  code: { optimize: false },
});

const small = fc.integer({ min: -2, max: 4 });
const count = fc.integer({ min: 0, max: 3 });
const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>('', 'a', 'bb', 'abc', true, false, null, 0.5),
  small,
);
const typeName = fc.constantFrom('null', 'boolean', 'integer', 'number', 'string', 'array', 'object');

const { schema } = fc.letrec<{ schema: JsonValue; leaf: JsonValue; node: JsonValue }>((tie) => ({
  schema: fc.oneof({ maxDepth: 3, depthSize: 'small' }, tie('leaf'), tie('node')),
  leaf: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom<JsonValue>(true, {}) },
    { weight: 1, arbitrary: fc.constant<JsonValue>({ $ref: '#/$defs/R' }) },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.oneof(typeName, fc.uniqueArray(typeName, { minLength: 1, maxLength: 3 })) }),
    },
    { weight: 2, arbitrary: fc.record({ enum: fc.array(scalar, { minLength: 1, maxLength: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ const: scalar }) },
    {
      weight: 3,
      arbitrary: fc.record(
        {
          type: fc.constantFrom('integer', 'number'),
          minimum: small,
          maximum: small,
          exclusiveMinimum: small,
          exclusiveMaximum: small,
          multipleOf: fc.constantFrom(1, 2, 3),
        },
        { requiredKeys: ['type'] },
      ),
    },
    {
      weight: 3,
      arbitrary: fc.record(
        {
          type: fc.constant('string'),
          minLength: count,
          maxLength: count,
          pattern: fc.constantFrom('^a', 'b$', '^[a-c]+$'),
        },
        { requiredKeys: ['type'] },
      ),
    },
  ) as fc.Arbitrary<JsonValue>,
  node: fc.oneof(
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ not: tie('schema') }),
    fc.record(
      {
        type: fc.constant('array'),
        items: tie('schema'),
        prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        minItems: count,
        maxItems: count,
        uniqueItems: fc.boolean(),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'toString', '__proto__'), tie('schema'), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
        required: fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 }),
        additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
        propertyNames: fc.constantFrom({ maxLength: 1 }, { pattern: '^a' }, { enum: ['a', 'b'] }),
        patternProperties: fc.record({ '^a': tie('schema') }),
        minProperties: count,
        maxProperties: count,
      },
      { requiredKeys: ['type', 'properties'] },
    ),
  ) as fc.Arbitrary<JsonValue>,
}));

/** Two schemas that mostly agree: one keyword or one subschema of the first is replaced, dropped or added. */
const pair = fc
  .record({
    base: schema,
    other: schema,
    at: fc.nat(),
    how: fc.constantFrom('replace', 'drop', 'merge', 'fresh', 'union'),
  })
  .map(({ base, other, at, how }) => {
    if (how === 'fresh') return { base, head: other };
    if (how === 'union') return { base, head: { anyOf: [base, other] } as JsonValue };
    return { base, head: mutate(base, other, { at, how }) };
  });

function mutate(base: JsonValue, other: JsonValue, { at, how }: { at: number; how: string }): JsonValue {
  const spots: ((value: JsonValue | undefined) => void)[] = [];
  const copy = JSON.parse(JSON.stringify({ root: base })) as JsonObject;
  const visit = (parent: JsonObject): void => {
    for (const [key, value] of Object.entries(parent)) {
      spots.push((next) =>
        next === undefined
          ? delete parent[key]
          : Object.defineProperty(parent, key, { value: next, enumerable: true, configurable: true, writable: true }),
      );
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
  const keyword = Object.keys(root)[at % Math.max(1, Object.keys(root).length)];
  const theirs = typeof other === 'object' && keyword !== undefined ? (other as JsonObject)[keyword] : undefined;
  if (how === 'replace' && keyword !== undefined && theirs !== undefined) root[keyword] = theirs;
  return root;
}

const rooted = (value: JsonValue): JsonObject => ({
  type: 'object',
  properties: { p: value },
  $defs: { R: { type: ['object', 'integer'], properties: { a: { $ref: '#/$defs/R' } }, required: ['a'] } },
});

function compare(side: 'input' | 'output', base: JsonValue, head: JsonValue): Comparison | null {
  const offer = (value: JsonValue) =>
    buildContract({ tools: [{ name: 't', inputSchema: { type: 'object' }, [`${side}Schema`]: rooted(value) }] });
  const [one, two] = [offer(base), offer(head)];
  return one.issues.length + two.issues.length > 0 ? null : compareContracts(one.contract, two.contract);
}

/** Values around every constant of both schemas, alone, in lists and in objects. */
function valuesFor(...schemas: JsonValue[]): JsonValue[] {
  const found = new Map<string, JsonValue>();
  const add = (value: JsonValue): void => void found.set(JSON.stringify(value), value);
  for (const value of [null, true, false, 0, 1, 0.5, -1, 6, 12, '', 'a', 'b', 'ab', 'abc', 'abcd', 'aé', [], {}])
    add(value as JsonValue);
  const visit = (value: JsonValue): void => {
    if (typeof value === 'number') for (const next of [value, value - 1, value + 1, value + 0.5]) add(next);
    else if (typeof value === 'string' && value.length < 8) add(value);
    else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) visit(inner);
  };
  for (const each of schemas) visit(each);
  const flat = [...found.values()];
  const lists = flat.flatMap((value) => [[value], [value, value], [value, 'a'], [0, value], [value, 0, 'a']]);
  const objects = flat.flatMap((value): JsonValue[] => [
    { a: value },
    { b: value },
    { a: value, b: 0 },
    { a: 'a', b: value },
    { c: value },
    { toString: value },
    { a: { a: value } },
    { a: [value] },
    JSON.parse(`{"__proto__":${JSON.stringify(value)}}`) as JsonValue,
  ]);
  return [...flat, ...lists, ...objects].flatMap((value): JsonValue[] => [{ p: value }]).concat([{}, { q: 1 }]);
}

type Judge = (value: JsonValue) => boolean;

/** Compiles only when asked, and once: compiling costs more than all the rest of a pair. */
function judgeOf(value: JsonValue): Judge {
  let compiled: ValidateFunction | undefined;
  const compile = (): ValidateFunction => {
    const schema = rooted(value);
    const validate = ajv.compile(schema);
    ajv.removeSchema(schema);
    return validate;
  };
  return (candidate) => {
    compiled ??= compile();
    return compiled(candidate) === true;
  };
}

type Judged = { side: 'input' | 'output'; base: JsonValue; head: JsonValue };

/** One pair before the judge: every witness must hold, and what is called safe must have no counter-example. */
function judge({ side, base, head }: Judged, comparison: Comparison): { breaking: number; proved: number } {
  const judges = { base: judgeOf(base), head: judgeOf(head) };
  const breaking = comparison.changes.filter((each) => each.severity === 'breaking');
  const witnesses = breaking.flatMap((each) => each.witness ?? []);
  for (const { value, validUnder, invalidUnder } of witnesses)
    expect([judges[validUnder](value), judges[invalidUnder](value)]).toEqual([true, false]);
  if (comparison.conclusion === 'safe' || comparison.conclusion === 'identical') {
    const [sub, sup] = side === 'input' ? [judges.base, judges.head] : [judges.head, judges.base];
    expect(valuesFor(base, head).find((value) => sub(value) && !sup(value))).toBeUndefined();
  }
  return { breaking: breaking.length, proved: witnesses.length };
}

describe('the comparison before an independent judge', () => {
  it(
    `calls nothing safe that a value disproves, in up to ${PAIRS} random pairs, for inputs and outputs`,
    () => {
      const seed = Date.now() % 2 ** 31;
      const tally = { safe: 0, breaking: 0, dangerous: 0, identical: 0, proved: 0, changes: 0, slowestMs: 0 };
      process.stdout.write(`oracle seed ${seed}\n`);
      const property = fc.property(
        pair,
        fc.constantFrom('input' as const, 'output' as const),
        ({ base, head }, side) => {
          const startedAt = performance.now();
          const comparison = compare(side, base, head);
          tally.slowestMs = Math.max(tally.slowestMs, Math.round(performance.now() - startedAt));
          if (comparison === null) return;
          const { breaking, proved } = judge({ side, base, head }, comparison);
          tally[comparison.conclusion]++;
          tally.changes += breaking;
          tally.proved += proved;
        },
      );
      fc.assert(property, { seed, numRuns: PAIRS, interruptAfterTimeLimit: TIME_LIMIT_MS });
      process.stdout.write(`oracle ${JSON.stringify(tally)}\n`);
    },
    2 * TIME_LIMIT_MS,
  );

  it('decides mutually recursive schemas and ends', () => {
    const list = (value: JsonValue): JsonValue => ({
      anyOf: [
        { type: 'null' },
        { type: 'object', properties: { v: value, next: { $ref: '#/properties/p' } }, required: ['v', 'next'] },
      ],
    });
    expect(compare('input', list({ type: 'integer' }), list({ type: 'number' }))?.conclusion).toBe('safe');
    expect(compare('input', list({ type: 'number' }), list({ type: 'integer' }))?.conclusion).toBe('breaking');
  });

  it('ends on references that only lead back to themselves, and never calls them safe', () => {
    const loop: JsonValue = { anyOf: [{ $ref: '#/properties/p' }, { $ref: '#/properties/p' }, { type: 'string' }] };
    expect(compare('input', { type: 'number' }, loop)?.conclusion).toMatch(/dangerous|breaking/);
  });

  it('ends on a schema that branches without bound and calls it undecided', () => {
    const branches = Array.from({ length: 12 }, (_, index) => ({
      type: 'object',
      properties: { [`k${index}`]: { $ref: '#/properties/p' } },
      required: [`k${index}`],
    }));
    const base: JsonValue = { anyOf: [...branches, { type: 'null' }] };
    const head: JsonValue = { allOf: [{ anyOf: [...branches].reverse() }, { anyOf: branches }, { anyOf: branches }] };
    expect(compare('input', base, head)?.conclusion).toMatch(/dangerous|breaking/);
  });
});
