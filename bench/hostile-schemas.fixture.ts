import { buildContract, type Contract } from '@rollcall/contract';
import type { JsonObject, JsonValue } from '@rollcall/kernel';

/** A schema that is small enough for intake and made to keep a comparison busy; both sides differ in one type. */
export type HostilePair = { name: string; make: (type: string) => JsonObject };

export function hostileContract(side: 'input' | 'output', schema: JsonObject): Contract {
  const tool = { name: 't', inputSchema: { type: 'object' }, [`${side}Schema`]: schema };
  const { contract, issues } = buildContract({ tools: [tool] });
  if (issues.length > 0) throw new Error(`The hostile schema is refused already: ${issues[0]?.message}`);
  return contract;
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const first = (definitions: JsonObject): JsonObject => ({
  type: 'object',
  properties: { p: { $ref: '#/$defs/n0' } },
  $defs: definitions,
});
const chained = (count: number, type: string, link: (next: JsonObject) => JsonObject): JsonObject =>
  first(
    Object.fromEntries(
      times(count, (index) => [`n${index}`, index < count - 1 ? link({ $ref: `#/$defs/n${index + 1}` }) : { type }]),
    ),
  );
const argument = (schema: JsonValue): JsonObject => ({ type: 'object', properties: { p: schema } });
const branches = (count: number, type: string): JsonValue[] =>
  times(count, (index) => ({
    type: 'object',
    properties: { [`k${index}`]: { type }, tag: { const: `v${index}` } },
    required: ['tag'],
  }));
const nested = (levels: number, type: string): JsonValue =>
  levels === 0 ? { type } : { anyOf: [nested(levels - 1, type), { type: 'null' }], allOf: [nested(levels - 1, type)] };

export const HOSTILE_PAIRS: readonly HostilePair[] = [
  { name: 'a chain of 4,000 objects', make: (type) => chained(4_000, type, (next) => ({ properties: { a: next } })) },
  { name: 'a chain of 5,000 references', make: (type) => chained(5_000, type, (next) => next) },
  {
    name: 'every definition twice the next',
    make: (type) => chained(40, type, (next) => ({ allOf: [next, { ...next }] })),
  },
  {
    name: 'every definition itself or a list of itself',
    make: (type) => chained(60, type, (next) => ({ anyOf: [next, { type: 'array', items: { ...next } }] })),
  },
  {
    name: '6,000 properties',
    make: (type) =>
      argument({ type: 'object', properties: Object.fromEntries(times(6_000, (index) => [`k${index}`, { type }])) }),
  },
  { name: 'a union of 100 branches', make: (type) => argument({ anyOf: branches(100, type) }) },
  { name: 'a union of 1,500 branches', make: (type) => argument({ anyOf: branches(1_500, type) }) },
  { name: 'exactly one of 100 branches', make: (type) => argument({ oneOf: branches(100, type) }) },
  { name: '12,000 listed values', make: (type) => argument({ enum: times(12_000, (index) => `${type}-${index}`) }) },
  {
    name: 'a tree with 60 kinds of nodes',
    make: (type) =>
      first({
        n0: {
          anyOf: [
            ...times(60, (index) => ({
              type: 'object',
              properties: { [`k${index}`]: { $ref: '#/$defs/n0' }, [`l${index}`]: { $ref: '#/$defs/n0' } },
              required: [`k${index}`],
            })),
            { type },
          ],
        },
      }),
  },
  { name: 'unions within conjunctions', make: (type) => argument(nested(8, type)) },
  {
    name: 'a tuple of 5,000 positions',
    make: (type) => argument({ type: 'array', prefixItems: times(5_000, () => ({ type })) }),
  },
  {
    name: 'a pattern that backtracks',
    make: (type) => argument({ type: 'string', pattern: type === 'number' ? '^(a+)+$' : '^(a|aa)+$' }),
  },
];
