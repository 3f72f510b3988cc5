import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { IntakeIssue } from './contract.js';
import { pointer, resolvePointer, type SchemaPlace, walkSchema } from './schema-walk.js';
import { formatPath } from './strict-json.js';

/** One `x-mcp-header`: which argument is copied into which `Mcp-Param-*` header. */
export type HeaderPlacement = { path: string; header: string };

type Shape = (value: JsonValue) => boolean;

const TYPES = new Set(['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']);
const isSchema: Shape = (value) => typeof value === 'boolean' || isJsonObject(value);
const isSchemaList: Shape = (value) => Array.isArray(value) && value.length > 0 && value.every(isSchema);
const isSchemaMap: Shape = (value) => isJsonObject(value) && Object.values(value).every(isSchema);
const isNumber: Shape = (value) => typeof value === 'number';
const isCount: Shape = (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isText: Shape = (value) => typeof value === 'string';
const isTextList: Shape = (value) => Array.isArray(value) && value.every(isText);
const isType: Shape = (value) =>
  Array.isArray(value)
    ? value.length > 0 && value.every((item) => typeof item === 'string' && TYPES.has(item))
    : typeof value === 'string' && TYPES.has(value);
const isPattern: Shape = (value) => typeof value === 'string' && compiles(value);

/** The shapes of the keywords that decide which values are valid; a wrong shape means no validator agrees with another. */
const SHAPES: Record<string, Shape> = {
  type: isType,
  properties: isSchemaMap,
  patternProperties: (value) => isSchemaMap(value) && Object.keys(value as JsonObject).every(compiles),
  $defs: isSchemaMap,
  definitions: isSchemaMap,
  additionalProperties: isSchema,
  propertyNames: isSchema,
  items: (value) => isSchema(value) || (Array.isArray(value) && value.every(isSchema)),
  prefixItems: isSchemaList,
  anyOf: isSchemaList,
  oneOf: isSchemaList,
  allOf: isSchemaList,
  not: isSchema,
  required: isTextList,
  enum: Array.isArray,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  multipleOf: (value) => typeof value === 'number' && value > 0,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  minProperties: isCount,
  maxProperties: isCount,
  uniqueItems: (value) => typeof value === 'boolean',
  pattern: isPattern,
  format: isText,
  $ref: isText,
};

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp;
  } catch (cause) {
    if (cause instanceof SyntaxError) return false;
    throw cause;
  }
}

/** What is wrong with a schema: keyword shapes, references that leave the document or point at nothing. */
export function schemaIssues(schema: JsonObject, at: string): IntakeIssue[] {
  return [...walkSchema(schema)].flatMap((place) => [...shapeIssues(place, at), ...refIssues(place, schema, at)]);
}

function shapeIssues(place: SchemaPlace, at: string): IntakeIssue[] {
  return Object.entries(place.schema).flatMap(([keyword, value]) => {
    const shape = Object.hasOwn(SHAPES, keyword) ? SHAPES[keyword] : undefined;
    if (shape === undefined || shape(value)) return [];
    const path = formatPath(at, [...place.path, keyword]);
    return [
      { code: 'MALFORMED_SCHEMA', message: `The keyword "${keyword}" has a value JSON Schema does not allow.`, path },
    ];
  });
}

function refIssues(place: SchemaPlace, root: JsonObject, at: string): IntakeIssue[] {
  return ['$ref', '$dynamicRef', '$recursiveRef'].flatMap((keyword) => {
    const ref = Object.hasOwn(place.schema, keyword) ? place.schema[keyword] : undefined;
    if (typeof ref !== 'string') return [];
    const path = formatPath(at, [...place.path, keyword]);
    if (!ref.startsWith('#')) {
      return [
        {
          code: 'REMOTE_REF',
          message: `The reference "${ref.slice(0, 200)}" leaves the document; it is never fetched.`,
          path,
        },
      ];
    }
    const dangling = ref.startsWith('#/') && !isSchema(resolvePointer(root, ref) ?? null);
    return dangling
      ? [{ code: 'MALFORMED_SCHEMA', message: `The reference "${ref.slice(0, 200)}" points at no schema.`, path }]
      : [];
  });
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const HEADER_TYPES: ReadonlySet<JsonValue | undefined> = new Set(['string', 'integer', 'boolean']);

/** All header placements of an input schema as JSON pointers into it, and what is wrong with them (SEP-2243). */
export function scanHeaders(schema: JsonObject, at: string): { placements: HeaderPlacement[]; issues: IntakeIssue[] } {
  const placements: HeaderPlacement[] = [];
  const issues: IntakeIssue[] = [];
  const seen = new Set<string>();
  for (const place of walkSchema(schema)) {
    if (!Object.hasOwn(place.schema, 'x-mcp-header')) continue;
    const header = place.schema['x-mcp-header'];
    const reason = headerFault(place, header, seen);
    if (reason !== undefined) {
      issues.push({
        code: 'INVALID_HEADER_PLACEMENT',
        message: reason,
        path: formatPath(at, [...place.path, 'x-mcp-header']),
      });
    } else if (typeof header === 'string') {
      seen.add(header.toLowerCase());
      placements.push({ path: pointer(place.path), header });
    }
  }
  return { placements, issues };
}

function headerFault(place: SchemaPlace, header: JsonValue | undefined, seen: ReadonlySet<string>): string | undefined {
  if (!place.chain || place.path.length === 0)
    return 'x-mcp-header is allowed only on properties reached through "properties" alone.';
  if (typeof header !== 'string' || !TOKEN.test(header)) return 'x-mcp-header must be an RFC 9110 token.';
  if (!HEADER_TYPES.has(place.schema['type'])) return 'x-mcp-header is allowed only on a string, integer or boolean.';
  if (seen.has(header.toLowerCase())) return `The header "${header}" is placed twice; header names ignore case.`;
  return undefined;
}
