import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, type GraphQLSchema } from 'graphql';

const SRC = fileURLToPath(new URL('../', import.meta.url));
const RELEASED = fileURLToPath(new URL('../../../../libs/schema/released.graphql', import.meta.url));

const released = buildSchema(readFileSync(RELEASED, 'utf8'));
const present = buildSchema(
  readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => readFileSync(path.join(SRC, file), 'utf8'))
    .join('\n'),
);

/** What clients of the former schema would notice. What was announced by `@deprecated` in a release may go. */
async function breaking(before: GraphQLSchema, after: GraphQLSchema): Promise<string[]> {
  const changes = await diff(before, after);
  return changes
    .filter((change) => change.criticality.level === CriticalityLevel.Breaking && !isAnnounced(before, change.path))
    .map((change) => change.message);
}

function isAnnounced(schema: GraphQLSchema, at: string | undefined): boolean {
  const [typeName = '', member = ''] = (at ?? '').split('.');
  const type = schema.getType(typeName);
  if (type && 'getFields' in type) return type.getFields()[member]?.deprecationReason != null;
  return type && 'getValue' in type ? type.getValue(member)?.deprecationReason != null : false;
}

describe('the schema', () => {
  it('breaks nobody who holds the released one', async () => {
    expect(await breaking(released, present)).toEqual([]);
  });

  it.each([
    ['a removed field', 'type Query { a: Int }', 'type Query { b: Int }'],
    ['a removed enum value', 'enum E { A B } type Query { e: E }', 'enum E { A } type Query { e: E }'],
    ['a new required argument', 'type Query { a: Int }', 'type Query { a(b: Int!): Int }'],
    [
      'a new required input field',
      'input I { a: Int } type Query { a(i: I): Int }',
      'input I { a: Int b: Int! } type Query { a(i: I): Int }',
    ],
    ['an answer that may be null now', 'type Query { a: Int! }', 'type Query { a: Int }'],
  ])('would not pass with %s', async (_, before, after) => {
    expect(await breaking(buildSchema(before), buildSchema(after))).toHaveLength(1);
  });

  it('may lose what a release has announced as deprecated', async () => {
    const before = buildSchema('type Query { a: Int @deprecated(reason: "Use b.") b: Int }');
    expect(await breaking(before, buildSchema('type Query { b: Int }'))).toEqual([]);
  });
});
