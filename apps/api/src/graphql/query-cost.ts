import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  visit,
} from 'graphql';
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity';

/** A full page of servers with all their versions and a history of each; our own documents stay below a twentieth. */
export const MAX_COST = 20_000;
/** No connection gives more rows, whatever is asked for. */
const LONGEST_PAGE = 100;
/** One document may ask the same thing under so many other names. */
export const MAX_ALIASES = 40;
/** What a list without a page size is taken for. */
const ASSUMED_LENGTH = 10;
/** What a page is that may leave its size out, and does. */
const USUAL_PAGE = 20;
/** Leaves that are no part of their row: each is answered with questions of its own to the database. */
const DEAR: ReadonlyMap<string, number> = new Map([['Check.viewerCanApprove', 100]]);

/**
 * One per field, times the rows it is asked for: `first` of a connection, else what lists usually have. Leaves of a list
 * cost nothing of their own, because they come with their row.
 */
const estimator: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  const composite = isCompositeType(getNamedType(field.type));
  if (!composite) return DEAR.get(`${type.name}.${field.name}`) ?? 0;
  if (typeof args['first'] === 'number')
    return 1 + Math.min(Math.max(args['first'], 1), LONGEST_PAGE) * childComplexity;
  const page = field.args.find(({ name }) => name === 'first');
  if (page && !isNonNullType(page.type)) return 1 + USUAL_PAGE * childComplexity;
  const nullable = isNonNullType(field.type) ? field.type.ofType : field.type;
  // the schema about itself: wrappers within wrappers are no objects of their own, or every tool's first question costs too much
  if (type.name.startsWith('__') && !isListType(nullable)) return childComplexity;
  // edges of a connection were counted with its `first`
  const counted = type.name.endsWith('Connection');
  return 1 + (isListType(nullable) && !counted ? ASSUMED_LENGTH : 1) * childComplexity;
};

/** What an operation costs; without the named one, 0. Throws what is wrong with its variables. */
export function costOf(
  schema: GraphQLSchema,
  query: DocumentNode,
  request: { operationName?: string | undefined; variables?: Record<string, unknown> | undefined } = {},
): number {
  return getComplexity({
    schema,
    query,
    estimators: [estimator],
    ...(request.operationName ? { operationName: request.operationName } : {}),
    ...(request.variables ? { variables: request.variables } : {}),
  });
}

/** Refuses a document that asks the same thing under too many names. */
export function guardAliases(query: DocumentNode): void {
  let aliases = 0;
  visit(query, {
    [Kind.FIELD]: ({ alias }) => {
      if (alias) aliases++;
    },
  });
  if (aliases <= MAX_ALIASES) return;
  throw new GraphQLError(
    `The document renames ${aliases} fields; at most ${MAX_ALIASES} are allowed. Ask in several requests.`,
  );
}

/** What a document costs with these variables was worked out before: programs send the same few over and over. */
const judged = new WeakMap<DocumentNode, Map<string, number>>();
const MOST_JUDGED = 50;

function knownCost(schema: GraphQLSchema, query: DocumentNode, variables: Record<string, unknown>): number {
  // the sizes of pages change the cost, and what is included or skipped; texts and objects do not
  const counted = Object.entries(variables).filter(
    ([, value]) => value === null || !['string', 'object'].includes(typeof value),
  );
  const key = JSON.stringify(counted);
  const known = judged.get(query) ?? new Map<string, number>();
  const before = known.get(key);
  if (before !== undefined) return before;
  const operations = query.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  // every operation of the document: which one is meant is not known here, and a client has no reason to send expensive ones
  const cost = Math.max(
    0,
    ...operations.map((one) => costOf(schema, query, { operationName: one.name?.value, variables })),
  );
  if (known.size < MOST_JUDGED) judged.set(query, known.set(key, cost));
  return cost;
}

/** Refuses an operation that asks for too much at once, before any of it runs. */
export function guardCost(schema: GraphQLSchema, query: DocumentNode, variables: Record<string, unknown>): void {
  guardAliases(query);
  const cost = knownCost(schema, query, variables);
  if (cost <= MAX_COST) return;
  throw new GraphQLError(
    `The operation asks for about ${cost} objects; at most ${MAX_COST} are allowed. Ask for smaller pages.`,
  );
}
