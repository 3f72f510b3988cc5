import { canonicalJson, someSchema } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { isCheapPattern } from './patterns.js';

// The package is CommonJS: under some loaders its default export arrives wrapped once more.
const addFormats = ((addFormatsModule as unknown as { default?: unknown }).default ?? addFormatsModule) as (
  ajv: Ajv,
) => void;

/**
 * A second, independent implementation of JSON Schema that has the last word on witnesses. `valid` is null where it depends
 * on whether `format` is checked or only a note: validators do either.
 */
export type Validator = (value: JsonValue) => { valid: boolean | null; places: string[] };

const OPTIONS: Options = { strict: false, allErrors: false, messages: false, logger: false, validateFormats: true };
/** For schemas that were validated already; optimizing the code takes longer than running it a few times. */
const BARE: Options = { ...OPTIONS, meta: false, validateSchema: false, code: { optimize: false } };
const MAX_COMPILED_BYTES = 64 * 1024;
const MAX_KEPT = 128;
const MAX_KEPT_BYTES = 16 * 1024;

/** The same schema occurs in many tools and in every comparison with the same version; oldest first. */
const kept = new Map<string, Validator | string>();

/** An Ajv validator of a schema, or the reason why none is made. */
export function validatorOf(schema: JsonValue): Validator | string {
  if (typeof schema !== 'boolean' && !isJsonObject(schema)) return 'the schema is not a schema';
  const text = canonicalJson(schema);
  if (text.length > MAX_COMPILED_BYTES) return 'the schema is too large to compile';
  const known = kept.get(text);
  if (known !== undefined) return known;
  const made = make(schema);
  if (text.length > MAX_KEPT_BYTES) return made;
  const [oldest] = kept.keys();
  if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  kept.set(text, made);
  return made;
}

function make(schema: JsonObject | boolean): Validator | string {
  if (!patternsAreCheap(schema)) return 'a pattern could be too expensive to run';
  const validate = compile(schema, true);
  const lenient = hasFormat(schema) ? compile(schema, false) : validate;
  if (validate === null || lenient === null) return 'the schema does not compile';
  return (value) => {
    const valid = validate(value) === true;
    const places = (validate.errors ?? []).map((error) => error.instancePath);
    const agreed = lenient === validate || (lenient(value) === true) === valid;
    return { valid: agreed ? valid : null, places };
  };
}

function hasFormat(schema: JsonValue): boolean {
  return someSchema(schema, (each) => Object.hasOwn(each, 'format'));
}

type Dialect = 'draft-07' | '2020-12';

/** Compiling a meta-schema costs more than compiling most schemas, so one instance per dialect judges schemas. */
const judges = new Map<string, Ajv>();
const compilers = new Map<string, Ajv>();
/** Anywhere in the text: the compiler also looks below keywords nobody knows. */
const IDENTIFIER = /"\$(id|anchor|dynamicAnchor)":/;

function instance(dialect: Dialect, options: Options): Ajv {
  const ajv = dialect === 'draft-07' ? new Ajv(options) : (new Ajv2020(options) as unknown as Ajv);
  addFormats(ajv);
  return ajv;
}

function shared(instances: Map<string, Ajv>, dialect: Dialect, options: Options): Ajv {
  const key = `${dialect} ${options.validateFormats}`;
  const ajv = instances.get(key) ?? instance(dialect, options);
  instances.set(key, ajv);
  return ajv;
}

function compile(schema: JsonObject | boolean, validateFormats: boolean): ValidateFunction | null {
  const bare = { ...BARE, validateFormats };
  const dialect = isDraft07(schema) ? 'draft-07' : '2020-12';
  try {
    if (shared(judges, dialect, OPTIONS).validateSchema(schema) !== true) return null;
    // The identifiers of one schema must not be known to another: such a schema gets an instance of its own.
    const isNamed = IDENTIFIER.test(canonicalJson(schema));
    const compiler = isNamed ? instance(dialect, bare) : shared(compilers, dialect, bare);
    return compileOnce(compiler, schema);
  } catch (cause) {
    // Ajv throws plain errors for schemas it cannot compile; there is no type to tell them by.
    if (cause instanceof Error) return null;
    throw cause;
  }
}

/** The compiler forgets the schema again, also when it could not compile it. */
function compileOnce(compiler: Ajv, schema: JsonObject | boolean): ValidateFunction {
  try {
    return compiler.compile(schema);
  } finally {
    if (typeof schema !== 'boolean') compiler.removeSchema(schema);
  }
}

function isDraft07(schema: JsonValue): boolean {
  return isJsonObject(schema) && typeof schema['$schema'] === 'string' && /draft-0[67]/.test(schema['$schema']);
}

function patternsAreCheap(schema: JsonValue): boolean {
  return !someSchema(schema, (place) => {
    const patterns = isJsonObject(place['patternProperties']) ? Object.keys(place['patternProperties']) : [];
    const pattern = place['pattern'];
    return ![...patterns, ...(typeof pattern === 'string' ? [pattern] : [])].every(isCheapPattern);
  });
}
