import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import { MUTATION_ACTIONS } from './mutation.catalogue.js';

const PAGE = new URL('../../../../docs/reference/graphql.md', import.meta.url);
const SRC = fileURLToPath(new URL('../', import.meta.url));
const schema = buildSchema(
  readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => readFileSync(path.join(SRC, file), 'utf8'))
    .join('\n'),
);

type Member = GraphQLArgument | GraphQLInputField | GraphQLField<unknown, unknown>;

const byName = <T extends { name: string }>(a: T, b: T) => (a.name < b.name ? -1 : 1);
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const fieldsOf = (kind: 'Query' | 'Mutation' | 'Subscription') =>
  Object.values((schema.getType(kind) as ReturnType<typeof schema.getQueryType>)?.getFields() ?? {})
    .filter(({ name }) => name !== '_')
    .sort(byName);

/** `name(argument: Type): Type`, as somebody would look it up. */
function row(member: Member): string {
  const args = 'args' in member ? member.args : [];
  const list = args.map((one) => `${one.name}: ${String(one.type)}`).join(', ');
  const initial =
    'defaultValue' in member && member.defaultValue !== undefined ? ` = ${JSON.stringify(member.defaultValue)}` : '';
  const end = member.deprecationReason == null ? '' : ` Deprecated: ${member.deprecationReason}`;
  const said = [...args, member].flatMap((one) =>
    one.description ? [one === member ? one.description : `\`${one.name}\`: ${one.description}`] : [],
  );
  const name = `\`${member.name}${list ? `(${list})` : ''}\``;
  return `| ${name} | \`${String(member.type)}${initial}\` | ${cell([...said.reverse(), end].join(' ').trim())} |`;
}

const table = (members: readonly Member[]) => ['| | | |', '|---|---|---|', ...members.map(row), ''];

function mutation(field: GraphQLField<unknown, unknown>): string[] {
  const input = getNamedType(field.args[0]?.type);
  const payload = getNamedType(field.type);
  const actions = (MUTATION_ACTIONS as Record<string, readonly string[]>)[field.name] ?? [];
  return [
    `### ${field.name}`,
    '',
    ...(field.description ? [field.description, ''] : []),
    `Needs: ${actions.length > 0 ? actions.map((one) => `\`${one}\``).join(', ') : 'a token'}.`,
    '',
    ...(isInputObjectType(input) ? [`\`input: ${input.name}!\``, '', ...table(Object.values(input.getFields()))] : []),
    ...(isObjectType(payload) ? [`\`${payload.name}\``, '', ...table(Object.values(payload.getFields()))] : []),
  ];
}

function type(named: GraphQLNamedType): string[] {
  const head = [`### ${named.name}`, '', ...(named.description ? [named.description, ''] : [])];
  if (isEnumType(named)) {
    const values = named.getValues().map(({ name, description }) => `| \`${name}\` | ${cell(description ?? '')} |`);
    return [...head, '| | |', '|---|---|', ...values, ''];
  }
  if (isUnionType(named)) return [...head, `One of ${named.getTypes().map(String).join(', ')}.`, ''];
  if (isObjectType(named) || isInterfaceType(named) || isInputObjectType(named)) {
    const oneOf = isInputObjectType(named) && named.isOneOf ? ['Exactly one of these:', ''] : [];
    return [...head, ...oneOf, ...table(Object.values(named.getFields()))];
  }
  return head;
}

function graphqlPage(): string {
  const shown = new Set(
    fieldsOf('Mutation').flatMap((one) => [getNamedType(one.args[0]?.type)?.name, getNamedType(one.type).name]),
  );
  const types = Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__') && !shown.has(name))
    .filter((one) => !isSpecifiedScalarType(one) && !['Query', 'Mutation', 'Subscription'].includes(one.name))
    .sort(byName);
  return [
    '# GraphQL',
    '',
    'Generated from the SDL in `apps/api/src` by `npm run docs`. `POST /graphql` with `Authorization: Bearer TOKEN`; subscriptions over WebSocket at the same address, with the protocol `graphql-transport-ws` and the token as `authorization` of the first message.',
    'Connections give at most 100 rows a page. An operation that asks for too many objects at once is refused before it runs.',
    'A mutation answers with its entity and `errors`; the codes are in [errors](errors.md), the actions in [permissions](permissions.md).',
    '',
    '## Queries',
    '',
    ...table(fieldsOf('Query')),
    '## Subscriptions',
    '',
    ...table(fieldsOf('Subscription')),
    '## Mutations',
    '',
    ...fieldsOf('Mutation').flatMap(mutation),
    '## Types',
    '',
    ...types.flatMap(type),
  ].join('\n');
}

describe('the page of the GraphQL schema', () => {
  it('shows what the SDL declares; `npm run docs` writes it anew', () => {
    const page = graphqlPage();
    if (process.env['DOCS'] === 'write') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});
