import { canonicalJson } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { isCheapPattern } from './patterns.js';
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

/** Work left for one evaluation; references may loop without consuming the value. */
type Limits = { budget: Budget; depth: number };

const deeper = (limits: Limits): Limits => ({ budget: limits.budget, depth: limits.depth + 1 });

/** Evaluates one value against a conjunction; throws Undecidable when the work limit is reached. */
export function accepts(value: JsonValue, node: Node, budget: Budget): Answer {
  return acceptsAll(value, node, { budget, depth: 0 });
}

function acceptsAll(value: JsonValue, node: Node, limits: Limits): Answer {
  return every(node.map((part) => () => acceptsPart(value, part, limits)));
}

function acceptsPart(value: JsonValue, part: Part, limits: Limits): Answer {
  if (typeof part.schema === 'boolean') return part.schema ? 'yes' : 'no';
  if (!isJsonObject(part.schema)) return 'unknown';
  limits.budget.spend();
  if (limits.depth > MAX_EVALUATION_DEPTH) return 'unknown';
  const schema = part.schema;
  const child = (one: JsonValue): Part => ({ schema: one, doc: part.doc });
  return every([
    () => simple(value, schema),
    () => (typeof value === 'string' ? text(value, schema) : 'yes'),
    () => (Array.isArray(value) ? items(value, part, limits) : 'yes'),
    () => (isJsonObject(value) ? members(value, part, limits) : 'yes'),
    () => reference(value, part, limits),
    () => every(list(schema, 'allOf').map((one) => () => acceptsPart(value, child(one), deeper(limits)))),
    () => union(value, part, limits),
    () => (OPAQUE.some((keyword) => has(schema, keyword)) ? 'unknown' : 'yes'),
  ]);
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

function every(checks: readonly (() => Answer)[]): Answer {
  let out: Answer = 'yes';
  for (const check of checks) {
    const answer = check();
    if (answer === 'no') return 'no';
    if (answer === 'unknown') out = 'unknown';
  }
  return out;
}

function union(value: JsonValue, part: Part, limits: Limits): Answer {
  const schema = part.schema as JsonObject;
  const answers = (keyword: string): Answer[] =>
    list(schema, keyword).map((one) => acceptsPart(value, { schema: one, doc: part.doc }, deeper(limits)));
  const any = answers('anyOf');
  if (any.length > 0 && !any.includes('yes')) return any.includes('unknown') ? 'unknown' : 'no';
  const one = answers('oneOf');
  if (one.length === 0) return 'yes';
  const yes = one.filter((answer) => answer === 'yes').length;
  if (yes > 1) return 'no';
  if (one.includes('unknown')) return 'unknown';
  return yes === 1 ? 'yes' : 'no';
}

function typeBit(value: JsonValue): number {
  if (value === null) return TYPE_BITS.null;
  if (Array.isArray(value)) return TYPE_BITS.array;
  return TYPE_BITS[typeof value as 'boolean' | 'number' | 'string' | 'object'];
}

function simple(value: JsonValue, schema: JsonObject): Answer {
  const { mask, integerOnly } = typeMask(schema);
  if ((mask & typeBit(value)) === 0) return 'no';
  if (integerOnly && typeof value === 'number' && !Number.isInteger(value)) return 'no';
  const same = canonicalJson(value);
  if (
    Array.isArray(schema['enum']) &&
    has(schema, 'enum') &&
    !list(schema, 'enum').some((one) => canonicalJson(one) === same)
  )
    return 'no';
  if (has(schema, 'const') && canonicalJson(schema['const'] as JsonValue) !== same) return 'no';
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
    if (!isCheapPattern(pattern) || value.length > 1000) return 'unknown';
    if (!new RegExp(pattern, 'u').test(value)) return 'no';
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

function items(value: JsonValue[], part: Part, limits: Limits): Answer {
  const schema = part.schema as JsonObject;
  if (!withinCount(value.length, schema, 'Items')) return 'no';
  if (own(schema, 'uniqueItems') === true && new Set(value.map(canonicalJson)).size < value.length) return 'no';
  return every(
    value.map(
      (item, index) => () => acceptsPart(item, { schema: itemSchema(schema, index), doc: part.doc }, deeper(limits)),
    ),
  );
}

function members(value: JsonObject, part: Part, limits: Limits): Answer {
  const schema = part.schema as JsonObject;
  const keys = Object.keys(value);
  if (!withinCount(keys.length, schema, 'Properties')) return 'no';
  if (list(schema, 'required').some((name) => typeof name === 'string' && !has(value, name))) return 'no';
  const names = own(schema, 'propertyNames');
  const properties = map(schema, 'properties');
  const checks = keys.map((key) => (): Answer => {
    const declared = own(properties, key);
    if (declared === undefined && has(schema, 'patternProperties')) return 'unknown';
    return acceptsPart(
      value[key] as JsonValue,
      { schema: declared ?? own(schema, 'additionalProperties') ?? true, doc: part.doc },
      deeper(limits),
    );
  });
  const nameChecks =
    names === undefined
      ? []
      : keys.map((key) => () => acceptsPart(key, { schema: names, doc: part.doc }, deeper(limits)));
  return every([...checks, ...nameChecks]);
}
