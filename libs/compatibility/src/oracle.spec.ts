import { describe, expect, it } from '@jest/globals';
import { buildContract } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { compareSchemas, type Judge, oracleSettings, runOracle, type Side } from '../test/oracle.js';
import { rooted } from '../test/schema-pairs.js';
import { compareContracts } from './compare.js';

/** Names that every object has through its prototype: the interpreting judge reads them carelessly, generated code does not. */
const HOSTILE_NAME_PAIRS = 300;

const ajv = new Ajv2020({
  strict: false,
  logger: false,
  messages: false,
  meta: false,
  validateSchema: false,
  validateFormats: false,
  code: { optimize: false },
});

/** Ajv looks for repetition only among elements of the type that `items` names, also where `prefixItems` allows others. */
function withoutShortcut(schema: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(schema), (_key, each: JsonValue) =>
    isJsonObject(each) && each['prefixItems'] !== undefined && each['items'] !== undefined
      ? { ...each, items: { allOf: [each['items']] } }
      : each,
  ) as JsonObject;
}

/** Compiles only when asked, and once: compiling costs more than all the rest of a pair. */
function compilerOf(value: JsonValue): Judge {
  let compiled: ValidateFunction | undefined;
  const compile = (): ValidateFunction => {
    const schema = withoutShortcut(rooted(value));
    const validate = ajv.compile(schema);
    ajv.removeSchema(schema);
    return validate;
  };
  return (candidate) => {
    compiled ??= compile();
    return compiled(candidate) === true;
  };
}

const compare = (side: Side, base: JsonValue, head: JsonValue) => compareSchemas(side, { base, head });

describe('the comparison before an independent judge', () => {
  it.each(['input', 'output'] as const)('holds for %s schemas with property names of a prototype', (side) => {
    const { seed } = oracleSettings(process.env);
    process.stdout.write(`oracle hostile names ${side} ORACLE_SEED=${seed}\n`);
    const run = { side, seed, pairs: HOSTILE_NAME_PAIRS, depth: 1, hostileNames: true, whole: true };
    expect(runOracle(run, compilerOf).pairs).toBe(HOSTILE_NAME_PAIRS);
  });

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

  it.each(['input', 'output'] as const)('ends on a chain of four thousand references of %s schemas', (side) => {
    const chain = (type: string): JsonObject => ({
      type: 'object',
      properties: { p: { $ref: '#/$defs/n0' } },
      $defs: Object.fromEntries(
        Array.from({ length: 4_000 }, (_, index) => [
          `n${index}`,
          index < 3_999 ? { properties: { a: { $ref: `#/$defs/n${index + 1}` } } } : { type },
        ]),
      ),
    });
    const offer = (type: string) =>
      buildContract({ tools: [{ name: 't', inputSchema: { type: 'object' }, [`${side}Schema`]: chain(type) }] })
        .contract;
    expect(compareContracts(offer('number'), offer('integer')).conclusion).toBe('dangerous');
  });

  it('ends on a listed property that a union cuts into single values, also when a value is listed twice', () => {
    const base = (...values: JsonValue[]): JsonValue => ({
      type: 'object',
      properties: { b: { enum: values } },
      required: ['b'],
    });
    const head: JsonValue = { oneOf: [{ const: '' }] };
    expect(compare('input', base('', 0), head)?.conclusion).toBe('breaking');
    expect(compare('input', base(-2, -2), head)?.conclusion).toBe('breaking');
  });
});
