import { canonicalJson, walkSchema } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { isCheapPattern } from './patterns.js';

// The package is CommonJS: under some loaders its default export arrives wrapped once more.
const addFormats = ((addFormatsModule as unknown as { default?: unknown }).default ?? addFormatsModule) as (
  ajv: Ajv,
) => void;

/** A second, independent implementation of JSON Schema that has the last word on witnesses. */
export type Validator = (value: JsonValue) => { valid: boolean; places: string[] };

const OPTIONS: Options = { strict: false, allErrors: false, logger: false, validateFormats: true };
const MAX_COMPILED_BYTES = 256 * 1024;

/** An Ajv validator of a schema, or the reason why none is made. */
export function validatorOf(schema: JsonValue): Validator | string {
  if (typeof schema !== 'boolean' && !isJsonObject(schema)) return 'the schema is not a schema';
  if (canonicalJson(schema).length > MAX_COMPILED_BYTES) return 'the schema is too large to compile';
  if (!patternsAreCheap(schema)) return 'a pattern could be too expensive to run';
  const validate = compile(schema);
  if (validate === null) return 'the schema does not compile';
  return (value) => {
    const valid = validate(value) === true;
    return { valid, places: (validate.errors ?? []).map((error) => error.instancePath) };
  };
}

/** Building an instance compiles the meta-schema, which costs more than most schemas do: schemas without ids share one. */
const shared = new Map<string, Ajv>();

function instance(dialect: 'draft-07' | '2020-12'): Ajv {
  const ajv = dialect === 'draft-07' ? new Ajv(OPTIONS) : (new Ajv2020(OPTIONS) as unknown as Ajv);
  addFormats(ajv);
  return ajv;
}

function compile(schema: JsonObject | boolean): ValidateFunction | null {
  const dialect = isDraft07(schema) ? 'draft-07' : '2020-12';
  const named = [...walkSchema(schema)].some((place) =>
    ['$id', '$anchor', '$dynamicAnchor'].some((keyword) => Object.hasOwn(place.schema, keyword)),
  );
  const ajv = (named ? undefined : shared.get(dialect)) ?? instance(dialect);
  if (!named) shared.set(dialect, ajv);
  try {
    return ajv.compile(schema);
  } catch (cause) {
    // Ajv throws plain errors for schemas it cannot compile; there is no type to tell them by.
    if (cause instanceof Error) return null;
    throw cause;
  } finally {
    if (!named && typeof schema !== 'boolean') ajv.removeSchema(schema);
  }
}

function isDraft07(schema: JsonValue): boolean {
  return isJsonObject(schema) && typeof schema['$schema'] === 'string' && /draft-0[67]/.test(schema['$schema']);
}

function patternsAreCheap(schema: JsonValue): boolean {
  return [...walkSchema(schema)].every(({ schema: place }) => {
    const patterns = isJsonObject(place['patternProperties']) ? Object.keys(place['patternProperties']) : [];
    const pattern = place['pattern'];
    return [...patterns, ...(typeof pattern === 'string' ? [pattern] : [])].every(isCheapPattern);
  });
}
