import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

const SDL = fileURLToPath(new URL('../../../apps/api/src/', import.meta.url));

/** The schema as the api serves it. */
export function servedSchema(): GraphQLSchema {
  const files = readdirSync(SDL, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.graphql'));
  return buildSchema(files.map((file) => readFileSync(path.join(SDL, file), 'utf8')).join('\n'));
}

const rootsOf = (schema: GraphQLSchema): (GraphQLObjectType | null | undefined)[] => [
  schema.getQueryType(),
  schema.getMutationType(),
  schema.getSubscriptionType(),
];

/** `Query.servers`, `Mutation.serverPublish`, ...: everything that can be asked. */
export function operationsOf(schema: GraphQLSchema): string[] {
  return rootsOf(schema).flatMap((root) =>
    root ? Object.keys(root.getFields()).flatMap((field) => (field === '_' ? [] : [`${root.name}.${field}`])) : [],
  );
}

/** Asks for everything below the field that takes no argument, as deep as it may cost: what leaks, leaks here. */
export function documentOf(schema: GraphQLSchema, operation: string): string {
  const [root = '', name = ''] = operation.split('.');
  const field = rootsOf(schema)
    .find((type) => type?.name === root)
    ?.getFields()[name];
  if (!field) throw new Error(`The schema has no ${operation}: take its row away.`);
  const variables = field.args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
  const given = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const body = `${name}${given && `(${given})`}${selectionOf(field, 3, [])}`;
  return `${root.toLowerCase()}${variables && ` (${variables})`} { ${body} }`;
}

/** Wrappers of a page are no level of their own. */
const WRAPPERS = new Set(['edges', 'node', 'errors', 'pageInfo']);
/** Long lists of long things: looked at in rows of their own, or every page would cost too much. */
const LONG = new Set([
  'versions',
  'transitions',
  'inspections',
  'checks',
  'document',
  'dailyCalls',
  'members',
  'memberships',
]);

function selectionOf(field: GraphQLField<unknown, unknown>, depth: number, above: readonly string[]): string {
  const type = getNamedType(field.type);
  if (!isObjectType(type) && !isInterfaceType(type)) return '';
  const inner = Object.values(type.getFields()).flatMap((one) => {
    if (one.args.some(isRequiredArgument)) return [];
    if (isLeafType(getNamedType(one.type))) return [one.name];
    const deeper = WRAPPERS.has(one.name) ? depth : depth - 1;
    const named = getNamedType(one.type).name;
    if (deeper <= 0 || above.includes(named) || (LONG.has(one.name) && above.length > 0)) return [];
    return [one.name + selectionOf(one, deeper, [...above, type.name])];
  });
  return ` { ${inner.filter((text) => text !== '').join(' ')} }`;
}
