import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { problemOf } from '../http/text.guard.js';

/** An instant: accepts an ISO 8601 text with a time zone, gives UTC with milliseconds. */
export const dateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => new Date(value as string | Date).toISOString(),
  parseValue: (value) => parseInstant(value),
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : null),
});

/** Any JSON value. */
export const jsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  serialize: (value) => value,
  parseValue: acceptable,
  parseLiteral: (node) => literal(node),
});

/** Over a socket nothing has looked at the text of a request before. */
function acceptable(value: unknown): unknown {
  const problem = problemOf([value]);
  if (problem) throw new GraphQLError(problem.message);
  return value;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

function parseInstant(value: unknown): Date {
  const date = typeof value === 'string' && INSTANT.test(value) ? new Date(value) : null;
  if (!date || Number.isNaN(date.getTime())) {
    throw new GraphQLError('A DateTime is ISO 8601 with a time zone, for example 2026-11-20T10:00:00Z.');
  }
  return date;
}

function literal(node: ValueNode): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.LIST:
      return node.values.map(literal);
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, literal(field.value)]));
    case Kind.NULL:
      return null;
    default:
      throw new GraphQLError('Variables inside a JSON literal are not supported; pass the whole value as a variable.');
  }
}
