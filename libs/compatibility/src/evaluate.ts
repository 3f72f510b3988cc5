import { canonicalJson } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { cheapPattern } from './patterns.js';
import {
  type Budget,
  has,
  list,
  map,
  type Node,
  OPAQUE,
  own,
  type Part,
  referenced,
  TYPE_BITS,
  typeMask,
  Undecidable,
} from './schema-node.js';

/** Does a value satisfy a schema? `unknown` where a keyword is outside what is evaluated here. */
export type Answer = 'yes' | 'no' | 'unknown';

const MAX_EVALUATION_DEPTH = 128;
const MAX_TESTED_LENGTH = 1_000;

/** Work left for one evaluation; references may loop without consuming the value. */
type Limits = { budget: Budget; depth: number };

const deeper = (limits: Limits): Limits => ({ budget: limits.budget, depth: limits.depth + 1 });

/** Evaluates one value against a conjunction; throws Undecidable when the work limit is reached. */
export function accepts(value: JsonValue, node: Node, budget: Budget): Answer {
  return acceptsAll(value, node, { budget, depth: 0 });
}

function acceptsAll(value: JsonValue, node: Node, limits: Limits): Answer {
  return every(node, (part) => acceptsPart(value, part, limits));
}

type Check = (value: JsonValue, part: Part & { schema: JsonObject }, limits: Limits) => Answer;

/** Cheapest first: the first "no" ends the evaluation. */
const CHECKS: readonly Check[] = [
  (value, { schema }, limits) => simple(value, schema, limits),
  (value, { schema }) => (typeof value === 'string' ? text(value, schema) : 'yes'),
  (value, part, limits) => (Array.isArray(value) ? items(value, part, limits) : 'yes'),
  (value, part, limits) => (isJsonObject(value) ? members(value, part, limits) : 'yes'),
  (value, part, limits) => (has(part.schema, '$ref') ? reference(value, part, limits) : 'yes'),
  (value, { schema, doc }, limits) =>
    every(list(schema, 'allOf'), (one) => acceptsPart(value, { schema: one, doc }, deeper(limits))),
  (value, part, limits) => anyOf(value, part, limits),
  (value, part, limits) => oneOf(value, part, limits),
  (_value, { schema }) => (OPAQUE.some((keyword) => has(schema, keyword)) ? 'unknown' : 'yes'),
];

function acceptsPart(value: JsonValue, part: Part, limits: Limits): Answer {
  const { schema, doc } = part;
  if (typeof schema === 'boolean') return schema ? 'yes' : 'no';
  if (!isJsonObject(schema)) return 'unknown';
  limits.budget.spend();
  if (limits.depth > MAX_EVALUATION_DEPTH) return 'unknown';
  return every(CHECKS, (check) => check(value, { schema, doc }, limits));
}

function reference(value: JsonValue, part: Part, limits: Limits): Answer {
  let target: Part[];
  try {
    target = referenced(part);
  } catch (cause) {
    if (cause instanceof Undecidable) return 'unknown';
    throw cause;
  }
  return acceptsAll(value, target, deeper(limits));
}

function every<T>(all: Iterable<T>, check: (one: T) => Answer): Answer {
  let out: Answer = 'yes';
  for (const one of all) {
    const answer = check(one);
    if (answer === 'no') return 'no';
    if (answer === 'unknown') out = 'unknown';
  }
  return out;
}

function anyOf(value: JsonValue, { schema, doc }: Part & { schema: JsonObject }, limits: Limits): Answer {
  const branches = list(schema, 'anyOf');
  let out: Answer = branches.length === 0 ? 'yes' : 'no';
  for (const one of branches) {
    const answer = acceptsPart(value, { schema: one, doc }, deeper(limits));
    if (answer === 'yes') return 'yes';
    if (answer === 'unknown') out = 'unknown';
  }
  return out;
}

function oneOf(value: JsonValue, { schema, doc }: Part & { schema: JsonObject }, limits: Limits): Answer {
  const branches = list(schema, 'oneOf');
  if (branches.length === 0) return 'yes';
  const answers = branches.map((one) => acceptsPart(value, { schema: one, doc }, deeper(limits)));
  const yes = answers.filter((answer) => answer === 'yes').length;
  if (yes > 1) return 'no';
  if (answers.includes('unknown')) return 'unknown';
  return yes === 1 ? 'yes' : 'no';
}

/** Equality of JSON values: `1` and `1.0` are one value, the order of keys does not count. */
function isSame(a: JsonValue): (b: JsonValue) => boolean {
  if (typeof a !== 'object' || a === null) return (b) => a === b;
  const same = canonicalJson(a);
  return (b) => typeof b === 'object' && canonicalJson(b) === same;
}

const MANY = 16;
const listed = new WeakMap<JsonValue[], Set<string>>();

function isListed(value: JsonValue, values: JsonValue[], budget: Budget): boolean {
  if (values.length < MANY) return values.some(isSame(value));
  let known = listed.get(values);
  if (known === undefined) {
    budget.spend(values.length);
    known = new Set(values.map(canonicalJson));
    listed.set(values, known);
  }
  return known.has(canonicalJson(value));
}

function typeBit(value: JsonValue): number {
  if (value === null) return TYPE_BITS.null;
  if (Array.isArray(value)) return TYPE_BITS.array;
  return TYPE_BITS[typeof value as 'boolean' | 'number' | 'string' | 'object'];
}

function simple(value: JsonValue, schema: JsonObject, { budget }: Limits): Answer {
  const { mask, integerOnly } = typeMask(schema);
  if ((mask & typeBit(value)) === 0) return 'no';
  if (integerOnly && typeof value === 'number' && !Number.isInteger(value)) return 'no';
  const values = own(schema, 'enum');
  if (Array.isArray(values) && !isListed(value, values, budget)) return 'no';
  if (has(schema, 'const') && !isSame(value)(schema['const'] as JsonValue)) return 'no';
  return typeof value === 'number' ? numeric(value, schema) : 'yes';
}

function numeric(value: number, schema: JsonObject): Answer {
  const bound = (keyword: string): number | undefined => {
    const limit = own(schema, keyword);
    return typeof limit === 'number' ? limit : undefined;
  };
  if (value < (bound('minimum') ?? -Infinity) || value > (bound('maximum') ?? Infinity)) return 'no';
  if (value <= (bound('exclusiveMinimum') ?? -Infinity) || value >= (bound('exclusiveMaximum') ?? Infinity))
    return 'no';
  const step = bound('multipleOf');
  if (step !== undefined && step > 0) {
    if (!Number.isInteger(step) || !Number.isInteger(value)) return Number.isInteger(value / step) ? 'yes' : 'unknown';
    if (value % step !== 0) return 'no';
  }
  return has(schema, 'format') ? 'unknown' : 'yes';
}

function text(value: string, schema: JsonObject): Answer {
  const length = [...value].length;
  if (!withinCount(length, schema, 'Length')) return 'no';
  const pattern = own(schema, 'pattern');
  if (typeof pattern === 'string') {
    const compiled = value.length > MAX_TESTED_LENGTH ? null : cheapPattern(pattern);
    if (compiled === null) return 'unknown';
    if (!compiled.test(value)) return 'no';
  }
  return has(schema, 'format') ? 'unknown' : 'yes';
}

function withinCount(count: number, schema: JsonObject, what: 'Length' | 'Items' | 'Properties'): boolean {
  const min = own(schema, `min${what}`);
  const max = own(schema, `max${what}`);
  return !(typeof min === 'number' && count < min) && !(typeof max === 'number' && count > max);
}

/** Schema of the element at an index, in the form of either dialect. */
export function itemSchema(schema: JsonObject, index: number): JsonValue {
  const prefix = prefixOf(schema);
  if (index < prefix.length) return prefix[index] ?? true;
  const rest = Array.isArray(own(schema, 'items')) ? own(schema, 'additionalItems') : own(schema, 'items');
  return rest ?? true;
}

/** Positional element schemas: `prefixItems`, or an `items` list of draft-07. */
export function prefixOf(schema: JsonObject): JsonValue[] {
  return has(schema, 'prefixItems') ? list(schema, 'prefixItems') : list(schema, 'items');
}

function items(value: JsonValue[], { schema, doc }: Part & { schema: JsonObject }, limits: Limits): Answer {
  if (!withinCount(value.length, schema, 'Items')) return 'no';
  if (own(schema, 'uniqueItems') === true && new Set(value.map(canonicalJson)).size < value.length) return 'no';
  return every(value.entries(), ([index, item]) =>
    acceptsPart(item, { schema: itemSchema(schema, index), doc }, deeper(limits)),
  );
}

function members(value: JsonObject, { schema, doc }: Part & { schema: JsonObject }, limits: Limits): Answer {
  const keys = Object.keys(value);
  if (!withinCount(keys.length, schema, 'Properties')) return 'no';
  if (list(schema, 'required').some((name) => typeof name === 'string' && !has(value, name))) return 'no';
  const properties = map(schema, 'properties');
  const inside = every(keys, (key) => {
    const declared = own(properties, key);
    if (declared === undefined && has(schema, 'patternProperties')) return 'unknown';
    const rest = declared ?? own(schema, 'additionalProperties') ?? true;
    return acceptsPart(value[key] as JsonValue, { schema: rest, doc }, deeper(limits));
  });
  const names = own(schema, 'propertyNames');
  if (inside === 'no' || names === undefined) return inside;
  const named = every(keys, (key) => acceptsPart(key, { schema: names, doc }, deeper(limits)));
  return named === 'yes' ? inside : named;
}
