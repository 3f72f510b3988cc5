import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { setOwn } from './strict-json.js';

/** Keywords whose value is one schema. */
const ONE = new Set([
  'additionalProperties',
  'additionalItems',
  'propertyNames',
  'contains',
  'not',
  'if',
  'then',
  'else',
  'unevaluatedItems',
  'unevaluatedProperties',
  'contentSchema',
]);
/** Keywords whose value is a list of schemas. */
const LIST = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
/** Keywords whose value is a map from a free name to a schema: the names are not keywords. */
const MAP = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies']);

/** A place in a schema where another schema stands; `chain` is true while only `properties` was crossed. */
export type SchemaPlace = { schema: JsonObject; path: (string | number)[]; chain: boolean };

/** Every object schema in a schema, outermost first; values of `default`, `const`, `enum` and `examples` are data and not entered. */
export function* walkSchema(root: JsonValue): Generator<SchemaPlace> {
  const stack: { value: JsonValue; path: (string | number)[]; chain: boolean }[] = [
    { value: root, path: [], chain: true },
  ];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (!isJsonObject(next.value)) continue;
    const { value, path, chain } = next;
    yield { schema: value, path, chain };
    const children = childSchemas(value).map((child) => ({
      value: child.value,
      path: [...path, ...child.path],
      chain: chain && child.path[0] === 'properties',
    }));
    stack.push(...children.reverse());
  }
}

/** True when the test holds for any object schema in a schema; knows no places and is much the cheaper walk. */
export function someSchema(root: JsonValue, test: (schema: JsonObject) => boolean): boolean {
  if (!isJsonObject(root)) return false;
  if (test(root)) return true;
  for (const keyword of Object.keys(root)) {
    const value = root[keyword] ?? null;
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      if ((LIST.has(keyword) || keyword === 'items') && value.some((item) => someSchema(item, test))) return true;
    } else if (MAP.has(keyword)) {
      if (Object.values(value).some((item) => someSchema(item, test))) return true;
    } else if ((ONE.has(keyword) || keyword === 'items') && someSchema(value, test)) return true;
  }
  return false;
}

function childSchemas(schema: JsonObject): { value: JsonValue; path: (string | number)[] }[] {
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (ONE.has(keyword)) return [{ value, path: [keyword] }];
    if (LIST.has(keyword) || keyword === 'items') {
      return Array.isArray(value)
        ? value.map((item, index) => ({ value: item, path: [keyword, index] }))
        : [{ value, path: [keyword] }];
    }
    if (MAP.has(keyword) && isJsonObject(value)) {
      return Object.entries(value).map(([name, item]) => ({ value: item, path: [keyword, name] }));
    }
    return [];
  });
}

/** A copy without the given keywords, wherever they are keywords: a property that happens to be called `title` stays. */
export function withoutKeywords(schema: JsonValue, dropped: ReadonlySet<string>): JsonValue {
  if (!isJsonObject(schema)) return schema;
  const out: JsonObject = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (dropped.has(keyword)) continue;
    setOwn(out, keyword, strippedKeyword(keyword, value, dropped));
  }
  return out;
}

function strippedKeyword(keyword: string, value: JsonValue, dropped: ReadonlySet<string>): JsonValue {
  const isSchema = ONE.has(keyword) || LIST.has(keyword) || keyword === 'items';
  if (isSchema) {
    return Array.isArray(value) ? value.map((item) => withoutKeywords(item, dropped)) : withoutKeywords(value, dropped);
  }
  if (!MAP.has(keyword) || !isJsonObject(value)) return value;
  const out: JsonObject = {};
  for (const [name, item] of Object.entries(value)) setOwn(out, name, withoutKeywords(item, dropped));
  return out;
}

/** JSON pointer text of reference tokens (RFC 6901). */
export function pointer(tokens: readonly (string | number)[]): string {
  return tokens.map((token) => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** What a local `#`, `#/a/b` reference points at within its document, or undefined when it points at nothing. */
export function resolvePointer(root: JsonValue, ref: string): JsonValue | undefined {
  if (ref === '#') return root;
  if (!ref.startsWith('#/')) return undefined;
  let current: JsonValue | undefined = root;
  for (const raw of ref.slice(2).split('/')) {
    const key = pointerKey(raw);
    if (key === undefined) return undefined;
    if (Array.isArray(current)) current = /^(0|[1-9][0-9]{0,8})$/.test(key) ? current[Number(key)] : undefined;
    else if (isJsonObject(current) && Object.hasOwn(current, key)) current = current[key];
    else return undefined;
  }
  return current;
}

function pointerKey(raw: string): string | undefined {
  try {
    return decodeURIComponent(raw).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch (cause) {
    if (cause instanceof URIError) return undefined;
    throw cause;
  }
}
