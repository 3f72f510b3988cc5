import { canonicalJson, type Digest, digestOf, resolvePointer, someSchema, withoutKeywords } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';

/** A schema document: references resolve within it, never outside. */
export type Doc = {
  side: 'base' | 'head';
  root: JsonValue;
  embedded: boolean;
  /** What its references point at, filled in while they are followed. */
  targets: Map<string, JsonValue | undefined>;
};

/** A document; `embedded` when it contains resources of their own (`$id` below the root), where `#` means something else. */
export function docOf(side: 'base' | 'head', root: JsonValue): Doc {
  const embedded = someSchema(root, (schema) => schema !== root && Object.hasOwn(schema, '$id'));
  return { side, root, embedded, targets: new Map() };
}

/** A schema at one place of its document. */
export type Part = { schema: JsonValue; doc: Doc };
/** A conjunction of schemas: a value must satisfy all of them. The empty conjunction accepts everything. */
export type Node = readonly Part[];

/** Thrown where the comparison must give up; it becomes an "undecided" finding and is never taken for "compatible". */
export class Undecidable extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** Steps within steps: a chain of references can be longer than the stack of the process is deep. */
const MAX_NESTING = 256;

/**
 * Counts work, so that hostile schemas end in "undecided" instead of in a busy process. Steps and not time, so that every
 * machine comes to the same verdict.
 */
export class Budget {
  private left: number;
  private nesting = 0;

  constructor(steps: number) {
    this.left = steps;
  }

  get remaining(): number {
    return Math.max(0, this.left);
  }

  spend(steps = 1): void {
    this.left -= steps;
    if (this.left < 0) throw new Undecidable('the schemas are too large to compare within the work limit');
  }

  /** Runs one step inside the present one. */
  inside<T>(run: () => T): T {
    if (this.nesting >= MAX_NESTING) throw new Undecidable('the schemas refer to each other in too long a chain');
    this.nesting++;
    try {
      return run();
    } finally {
      this.nesting--;
    }
  }
}

export const TYPE_BITS = { null: 1, boolean: 2, number: 4, string: 8, array: 16, object: 32 } as const;
type TypeName = keyof typeof TYPE_BITS;
const ALL_TYPES = 63;

/** Keywords that decide validity but that are compared only for being the same. */
export const OPAQUE = [
  'patternProperties',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'minContains',
  'maxContains',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'unevaluatedProperties',
  'unevaluatedItems',
  '$dynamicRef',
  '$recursiveRef',
  'nullable',
] as const;

/** One way to satisfy a conjunction: no unions and references left at this level. */
export type Alternative = {
  facets: { schema: JsonObject; doc: Doc }[];
  /** Every part that was met on the way, also those that were unions or references. */
  origin: Part[];
  mask: number;
  integerOnly: boolean;
  /** All values, when an enum or const makes them finite. */
  values: JsonValue[] | null;
  /** True when the alternative is larger than the truth (oneOf read as anyOf, an opaque keyword ignored). */
  loose: boolean;
};

const MAX_ALTERNATIVES = 128;

/** All alternatives of a conjunction; together they accept at least every value the conjunction accepts. */
export function alternativesOf(node: Node, budget: Budget): Alternative[] {
  const start: Alternative = {
    facets: [],
    origin: [],
    mask: ALL_TYPES,
    integerOnly: false,
    values: null,
    loose: false,
  };
  return budget.inside(() => expand(node, start, budget));
}

/** Takes in one part after the other until a union makes several alternatives of this one. */
function expand(parts: readonly Part[], start: Alternative, budget: Budget): Alternative[] {
  const pending = [...parts];
  const seen = new Set(start.origin.map(partId));
  let sofar = start;
  for (let at = 0; at < pending.length; at++) {
    budget.spend(1 + (seen.size >> 3));
    const part = pending[at] as Part;
    if (part.schema === true) continue;
    if (!isJsonObject(part.schema)) return [];
    const id = partId(part);
    if (seen.has(id)) continue;
    seen.add(id);
    const { schema, doc } = part as { schema: JsonObject; doc: Doc };
    sofar = narrowed(sofar, { schema, doc }, budget);
    if (sofar.mask === 0 || sofar.values?.length === 0) return [];
    pending.push(...referenced(part), ...list(schema, 'allOf').map((one) => ({ schema: one, doc })));
    const unions = unionsOf(schema, doc);
    if (unions.length > 0) return branched(unions, { rest: pending.slice(at + 1), sofar }, budget);
  }
  return [sofar];
}

function unionsOf(schema: JsonObject, doc: Doc): Part[][] {
  return ['anyOf', 'oneOf']
    .map((keyword) => list(schema, keyword).map((one) => ({ schema: one, doc })))
    .filter((union) => union.length > 0);
}

function branched(
  unions: readonly Part[][],
  { rest, sofar }: { rest: readonly Part[]; sofar: Alternative },
  budget: Budget,
): Alternative[] {
  let branches: Part[][] = [[]];
  for (const union of unions) {
    if (branches.length * union.length > MAX_ALTERNATIVES)
      throw new Undecidable('the unions have too many combinations');
    branches = branches.flatMap((branch) => union.map((one) => [...branch, one]));
  }
  const out: Alternative[] = [];
  for (const branch of branches) {
    out.push(...budget.inside(() => expand([...branch, ...rest], sofar, budget)));
    if (out.length > MAX_ALTERNATIVES) throw new Undecidable('the unions have too many combinations');
  }
  return out;
}

function narrowed(sofar: Alternative, facet: { schema: JsonObject; doc: Doc }, budget: Budget): Alternative {
  const { mask, integerOnly } = typeMask(facet.schema);
  const values = enumerated(facet.schema);
  if (values !== null) budget.spend(values.length >> 3);
  return {
    facets: [...sofar.facets, facet],
    origin: [...sofar.origin, facet],
    mask: sofar.mask & mask,
    integerOnly: sofar.integerOnly || integerOnly,
    values: intersect(sofar.values, values),
    loose: sofar.loose || has(facet.schema, 'oneOf') || OPAQUE.some((keyword) => has(facet.schema, keyword)),
  };
}

function intersect(a: JsonValue[] | null, b: JsonValue[] | null): JsonValue[] | null {
  return a === null || b === null ? (a ?? b) : inBoth(a, b);
}

/** The values that occur in both lists. */
export function inBoth(a: readonly JsonValue[], b: readonly JsonValue[]): JsonValue[] {
  const allowed = new Set(b.map(canonicalJson));
  return a.filter((value) => allowed.has(canonicalJson(value)));
}

/** The finite values of `enum` and `const`, or null when there is neither. */
export function enumerated(schema: JsonObject): JsonValue[] | null {
  const values = has(schema, 'enum') && Array.isArray(schema['enum']) ? schema['enum'] : null;
  const constant = has(schema, 'const') ? [schema['const'] as JsonValue] : null;
  return intersect(values, constant);
}

/** Types a schema allows by `type` alone; `integerOnly` when numbers must be whole. */
export function typeMask(schema: JsonObject): { mask: number; integerOnly: boolean } {
  if (!has(schema, 'type')) return { mask: ALL_TYPES, integerOnly: false };
  const types = Array.isArray(schema['type']) ? schema['type'] : [schema['type'] ?? null];
  let mask = schema['nullable'] === true ? TYPE_BITS.null : 0;
  for (const type of types) {
    if (type === 'integer') mask |= TYPE_BITS.number;
    else if (typeof type === 'string' && Object.hasOwn(TYPE_BITS, type)) mask |= TYPE_BITS[type as TypeName];
  }
  return { mask, integerOnly: types.includes('integer') && !types.includes('number') };
}

/** What the `$ref` of a schema points at; a reference we cannot follow makes the comparison undecided. */
export function referenced(part: Part): Part[] {
  if (!isJsonObject(part.schema) || !has(part.schema, '$ref')) return [];
  const ref = part.schema['$ref'];
  const target = typeof ref === 'string' && !part.doc.embedded ? targetOf(part.doc, ref) : undefined;
  if (target === undefined || (typeof target !== 'boolean' && !isJsonObject(target))) {
    throw new Undecidable(`the reference ${JSON.stringify(ref)} is not followed`);
  }
  return [{ schema: target, doc: part.doc }];
}

function targetOf(doc: Doc, ref: string): JsonValue | undefined {
  if (!doc.targets.has(ref)) doc.targets.set(ref, resolvePointer(doc.root, ref));
  return doc.targets.get(ref);
}

/** Asked millions of times: looking up a global each time would cost more than the question. */
const { hasOwn } = Object;
const { isArray } = Array;

export function has(schema: JsonObject, keyword: string): boolean {
  return hasOwn(schema, keyword);
}

/** An own value of an object, never one inherited from its prototype (`constructor`, `toString`). */
export function own(schema: JsonObject, key: string): JsonValue | undefined {
  return hasOwn(schema, key) ? schema[key] : undefined;
}

export function list(schema: JsonObject, keyword: string): JsonValue[] {
  const value = own(schema, keyword);
  return isArray(value) ? value : [];
}

export function map(schema: JsonObject, keyword: string): JsonObject {
  const value = own(schema, keyword);
  return isJsonObject(value) ? value : {};
}

const ids = new WeakMap<object, number>();
let nextId = 0;

/** Identity of a part within this process: the same object in the same document side. */
export function partId(part: Part): string {
  if (!isJsonObject(part.schema)) return part.schema === true ? 'T' : 'F';
  let id = ids.get(part.schema);
  if (id === undefined) {
    id = nextId++;
    ids.set(part.schema, id);
  }
  return `${part.doc.side[0]}${id}`;
}

/** Identity of a conjunction: order, repetition and the way over a reference do not count. */
export function nodeId(node: Node): string {
  const parts = node.filter((part) => part.schema !== true);
  return [...new Set(parts.map((part) => partId(destination(part))))].sort().join('&');
}

const MAX_HOPS = 8;

/** Where a schema that is nothing but a reference leads. */
function destination(part: Part): Part {
  let at = part;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const { schema, doc } = at;
    if (!isJsonObject(schema) || !has(schema, '$ref') || doc.embedded) return at;
    if (Object.keys(schema).some((keyword) => keyword !== '$ref' && !WORDING.has(keyword))) return at;
    const target = typeof schema['$ref'] === 'string' ? targetOf(doc, schema['$ref']) : undefined;
    if (target === undefined || !isJsonObject(target)) return at;
    at = { schema: target, doc };
  }
  return at;
}

const WORDING: ReadonlySet<string> = new Set([
  'description',
  'title',
  'examples',
  'default',
  '$comment',
  '$schema',
  'x-mcp-header',
]);
const texts = new WeakMap<object, string>();

/** Text that is equal only for schemas that certainly accept the same values; references count with their document. */
export function meaningOf(part: Part, budget: Budget): string {
  const key = isJsonObject(part.schema) ? part.schema : null;
  const known = key === null ? undefined : texts.get(key);
  if (known !== undefined) return known;
  let text = canonicalJson(withoutKeywords(part.schema, WORDING));
  budget.spend(text.length >> 5);
  const refers = someSchema(part.schema, (schema) =>
    ['$ref', '$dynamicRef', '$recursiveRef'].some((keyword) => has(schema, keyword)),
  );
  if (refers) text += `@${meaningOfRoot(part.doc.root)}`;
  if (key !== null) texts.set(key, text);
  return text;
}

const roots = new WeakMap<object, Digest>();

/** Digest instead of text: every schema with a reference carries it. */
function meaningOfRoot(root: JsonValue): Digest {
  const known = isJsonObject(root) ? roots.get(root) : undefined;
  if (known !== undefined) return known;
  const digest = digestOf(withoutKeywords(root, WORDING));
  if (isJsonObject(root)) roots.set(root, digest);
  return digest;
}
