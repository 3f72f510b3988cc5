import { canonicalJson, resolvePointer, walkSchema } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { EVERY, type PlaceTree } from './places.js';

/**
 * Keywords that may ask for a property from somewhere else. At a place with one of them nothing is narrowed: leaving out
 * a property they ask for would make calls impossible that are made every day, and impossible calls break nothing.
 */
const ENTANGLED = [
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'enum',
  'const',
  'dependencies',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
  'propertyNames',
  'minProperties',
  'contains',
  'unevaluatedProperties',
  'unevaluatedItems',
];
const MAX_DEPTH = 16;
const MAX_HOPS = 32;
/** Such a schema may refer to its own root, which narrowing changes. */
const NAMED = ['$id', '$anchor', '$dynamicAnchor', '$dynamicRef', '$recursiveRef', '$recursiveAnchor', 'id'];

/**
 * The schema of the calls that send these arguments and no others, or null where it cannot be told apart safely from
 * the schema of every call. Arguments the schema asks for anyway are taken as sent.
 */
export function narrowInput(schema: JsonValue, used: PlaceTree): JsonObject | null {
  if (used.whole || !isJsonObject(schema) || refersToRoot(schema)) return null;
  const limit = limitsOf(schema, used, { doc: schema, depth: 0 });
  return limit === true ? null : { ...schema, allOf: [limit] };
}

type At = { doc: JsonObject; depth: number };

function limitsOf(node: JsonValue | undefined, used: PlaceTree, at: At): JsonObject | true {
  const plain = plainNode(node, at.doc);
  if (used.whole || plain === null || at.depth >= MAX_DEPTH) return true;
  const deeper = { doc: at.doc, depth: at.depth + 1 };
  const every = used.below.get(EVERY);
  if (every !== undefined) {
    // a star among names: elements or any property, so only a pure list of elements is narrowed
    const items = used.below.size === 1 && !Array.isArray(plain['items']) && plain['prefixItems'] === undefined;
    const limit = items ? limitsOf(plain['items'], every, deeper) : true;
    return limit === true ? true : { items: limit };
  }
  const properties = isJsonObject(plain['properties']) ? plain['properties'] : {};
  // who says to send what a closed object refuses says something else than what is sent
  if (
    plain['additionalProperties'] === false &&
    [...used.below.keys()].some((name) => !Object.hasOwn(properties, name))
  )
    return true;
  const asked = Array.isArray(plain['required']) ? plain['required'].filter((name) => typeof name === 'string') : [];
  const limits = new Map<string, JsonObject | true>(asked.map((name) => [name, true]));
  for (const [name, below] of used.below) {
    const declared = Object.hasOwn(properties, name) ? properties[name] : undefined;
    limits.set(name, declared === undefined ? true : limitsOf(declared, below, deeper));
  }
  const always = [...used.below].filter(([, below]) => below.always).map(([name]) => name);
  return {
    properties: Object.fromEntries(limits),
    additionalProperties: false,
    ...(always.length === 0 ? {} : { required: always }),
  };
}

/**
 * What a reader of these fields of a result still asks of it: everything about the fields and what contains them, and
 * nothing about their neighbours. Null where that cannot be taken apart safely.
 */
export function narrowOutput(schema: JsonValue, used: PlaceTree): JsonObject | null {
  if (used.whole || !isJsonObject(schema) || refersToRoot(schema)) return null;
  const out = askedOf(schema, used, { doc: schema, depth: 0 });
  return isJsonObject(out) && out !== schema ? out : null;
}

function askedOf(node: JsonValue, used: PlaceTree, at: At): JsonValue {
  const plain = plainNode(node, at.doc);
  if (used.whole || plain === null || at.depth >= MAX_DEPTH) return node;
  const deeper = { doc: at.doc, depth: at.depth + 1 };
  const every = used.below.get(EVERY);
  if (every !== undefined) {
    if (used.below.size > 1 || !isJsonObject(plain['items'])) return node;
    return { ...plain, items: askedOf(plain['items'], every, deeper) };
  }
  const { additionalProperties: rest, ...kept } = plain;
  const properties = isJsonObject(plain['properties']) ? plain['properties'] : {};
  const read = new Map<string, JsonValue>();
  for (const [name, below] of used.below) {
    const declared = Object.hasOwn(properties, name) ? properties[name] : rest;
    if (declared !== undefined) read.set(name, askedOf(declared, below, deeper));
  }
  const asked = Array.isArray(plain['required']) ? plain['required'] : [];
  return {
    ...kept,
    properties: Object.fromEntries(read),
    required: asked.filter((name) => typeof name === 'string' && used.below.has(name)),
  };
}

/** The object schema at a place, references followed; null when its parts cannot be looked at one by one. */
function plainNode(node: JsonValue | undefined, doc: JsonObject): JsonObject | null {
  let here = node;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    if (!isJsonObject(here)) return null;
    const ref = here['$ref'];
    if (ref === undefined) return ENTANGLED.some((keyword) => Object.hasOwn(here as JsonObject, keyword)) ? null : here;
    // beside a reference stands nothing but words, or the place is not plain
    if (typeof ref !== 'string' || Object.keys(here).some((key) => !['$ref', 'description', 'title'].includes(key)))
      return null;
    here = resolvePointer(doc, ref);
  }
  return null;
}

function refersToRoot(schema: JsonObject): boolean {
  if (schema['$ref'] !== undefined) return true;
  for (const place of walkSchema(schema)) {
    if (NAMED.some((keyword) => Object.hasOwn(place.schema, keyword))) return true;
    const ref = place.schema['$ref'];
    if (ref !== undefined && (typeof ref !== 'string' || !/^#\/(\$defs|definitions)\//.test(ref))) return true;
  }
  return canonicalJson(schema).includes('"$ref":"#"');
}
