import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { type OpenApiDocument, pointerPart } from './openapi-document.js';

/** Which way a value travels: what is read-only is not asked for, what is write-only is not answered. */
export type Direction = 'input' | 'output';

const MAX_DEPTH = 48;
const MAX_DEFINITIONS = 500;

const MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions']);
const LISTS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const SINGLES = new Set(['items', 'additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then', 'else']);
/** Words of the description format that mean nothing to a JSON Schema validator, or were translated. */
const DROPPED = new Set([
  'nullable',
  'discriminator',
  'xml',
  'externalDocs',
  'example',
  'readOnly',
  'writeOnly',
  '$schema',
  '$id',
  '$anchor',
  '$comment',
]);

/**
 * Turns schemas of one description into self-contained JSON Schema 2020-12: references become `$defs` of the schema they
 * are used in, so that recursion stays recursion and nothing unreachable is carried along.
 */
export class SchemaConversion {
  private readonly definitions = new Map<string, { name: string; schema: JsonValue }>();

  constructor(
    private readonly document: OpenApiDocument,
    private readonly direction: Direction,
  ) {}

  /** The converted schema; `$defs` are collected until {@link defs} is asked. */
  convert(schema: JsonValue | undefined, path: string, depth = 0): JsonValue {
    if (typeof schema === 'boolean') return schema;
    if (!isJsonObject(schema)) return {};
    if (depth > MAX_DEPTH) {
      this.document.note(
        'TOO_DEEP',
        `The schema is nested deeper than ${MAX_DEPTH} levels; what is below accepts anything.`,
        path,
      );
      return {};
    }
    const ref = schema['$ref'];
    if (typeof ref === 'string') {
      const target = this.reference(ref, path);
      // 3.0 says that what stands beside a reference is ignored
      if (this.document.dialect === '3.0' || target === null) return target ?? {};
      const { $ref: _, ...rest } = schema;
      return { ...(this.members(rest, path, depth) as JsonObject), ...target };
    }
    return this.nullable(schema, this.members(schema, path, depth));
  }

  /** All definitions the converted schemas refer to; empty when there are none. */
  defs(): JsonObject {
    const entries = [...this.definitions.values()].map(({ name, schema }) => [name, schema] as const);
    return entries.length === 0 ? {} : { $defs: Object.fromEntries(entries) };
  }

  /** The schema a converted reference stands for, so that a root can be an object in its own right. */
  inline(schema: JsonValue): JsonValue {
    const ref = isJsonObject(schema) ? schema['$ref'] : undefined;
    const found = [...this.definitions.values()].find(({ name }) => ref === `#/$defs/${pointerPart(name)}`);
    return found ? found.schema : schema;
  }

  private reference(ref: string, path: string): JsonObject | null {
    const known = this.definitions.get(ref);
    if (known) return { $ref: `#/$defs/${pointerPart(known.name)}` };
    const target = this.document.at(ref, path);
    if (target === undefined) return null;
    if (this.definitions.size >= MAX_DEFINITIONS) {
      this.document.note('TOO_MANY_SCHEMAS', `One operation reaches more than ${MAX_DEFINITIONS} schemas.`, path);
      return null;
    }
    const entry = { name: this.freeName(ref), schema: {} as JsonValue };
    // registered before it is converted: a schema that contains itself finds itself
    this.definitions.set(ref, entry);
    entry.schema = this.convert(target, ref.slice(1));
    return { $ref: `#/$defs/${pointerPart(entry.name)}` };
  }

  private freeName(ref: string): string {
    const base = ref.slice(ref.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9_.-]+/g, '_') || 'schema';
    const taken = new Set([...this.definitions.values()].map(({ name }) => name));
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}_${n}`;
    return name;
  }

  private members(schema: JsonObject, path: string, depth: number): JsonObject {
    const out: JsonObject = {};
    const hidden = this.hidden(schema);
    for (const [key, value] of Object.entries(schema)) {
      if (DROPPED.has(key) || key.startsWith('x-')) continue;
      const at = `${path}/${pointerPart(key)}`;
      if (key === 'required' && Array.isArray(value)) out[key] = value.filter((name) => !hidden.has(String(name)));
      else if (MAPS.has(key) && isJsonObject(value)) out[key] = this.map(value, { at, depth, hidden });
      else if (LISTS.has(key) && Array.isArray(value))
        out[key] = value.map((one, i) => this.convert(one, `${at}/${i}`, depth + 1));
      else if (SINGLES.has(key)) out[key] = this.convert(value, at, depth + 1);
      else if (key === 'pattern' && !compiles(value))
        this.document.note('PATTERN_DROPPED', 'The pattern is no regular expression a validator understands.', at);
      else out[key] = value;
    }
    if (schema['example'] !== undefined && out['examples'] === undefined) out['examples'] = [schema['example']];
    return bounds(out);
  }

  private map(
    value: JsonObject,
    { at, depth, hidden }: { at: string; depth: number; hidden: Set<string> },
  ): JsonObject {
    const entries = Object.entries(value).filter(([name]) => !at.endsWith('/properties') || !hidden.has(name));
    return Object.fromEntries(
      entries.map(([name, one]) => [name, this.convert(one, `${at}/${pointerPart(name)}`, depth + 1)]),
    );
  }

  /** Names of properties that do not travel in this direction. */
  private hidden(schema: JsonObject): Set<string> {
    const flag = this.direction === 'input' ? 'readOnly' : 'writeOnly';
    const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
    return new Set(Object.keys(properties).filter((name) => isFlagged(properties[name], flag)));
  }

  private nullable(source: JsonObject, converted: JsonObject): JsonObject {
    if (this.document.dialect !== '3.0' || source['nullable'] !== true) return converted;
    if (typeof converted['type'] !== 'string') return { anyOf: [converted, { type: 'null' }] };
    const values = converted['enum'];
    return {
      ...converted,
      type: [converted['type'], 'null'],
      ...(Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {}),
    };
  }
}

const isFlagged = (value: JsonValue | undefined, flag: string) => isJsonObject(value) && value[flag] === true;

/** 3.0 writes an exclusive bound as a flag beside the bound. */
function bounds(schema: JsonObject): JsonObject {
  const out = { ...schema };
  for (const [flag, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof out[flag] !== 'boolean') continue;
    const exclusive = out[flag] === true && typeof out[bound] === 'number';
    const value = out[bound];
    delete out[flag];
    if (!exclusive || value === undefined) continue;
    out[flag] = value;
    delete out[bound];
  }
  return out;
}

function compiles(pattern: JsonValue): boolean {
  try {
    return typeof pattern === 'string' && new RegExp(pattern, 'u') instanceof RegExp;
  } catch (cause) {
    if (cause instanceof SyntaxError) return false;
    throw cause;
  }
}
