import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import type { ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type CallShape, shapeReader } from './call-shape.js';
import { type ParamPlacement, placementsOf } from './param-headers.js';

/** What is compiled of a pinned definition, on its first call. */
export type PinnedInput = {
  placements: readonly ParamPlacement[];
  /** Why arguments do not fit the approved schema; null when they do. */
  problem(args: JsonObject): string | null;
  /** Which arguments a call sends, by name. */
  shape(args: JsonObject): CallShape;
};

const DRAFT_07 = /draft-0[67]/;

/** Compiles pinned input schemas once per definition; a policy that goes away takes its compiled schemas with it. */
export class ArgumentValidator {
  readonly #compiled = new WeakMap<JsonObject, PinnedInput>();

  /** The compiled input of a pinned definition (by identity: definitions live as long as their policy). */
  of(definition: JsonObject): PinnedInput {
    let pinned = this.#compiled.get(definition);
    if (pinned === undefined) {
      pinned = compile(definition);
      this.#compiled.set(definition, pinned);
    }
    return pinned;
  }
}

function compile(definition: JsonObject): PinnedInput {
  const schema = isJsonObject(definition['inputSchema']) ? definition['inputSchema'] : { type: 'object' };
  const placements = placementsOf(schema);
  const shape = shapeReader(schema);
  const validate = compileSchema(schema);
  if (typeof validate === 'string') return { placements, shape, problem: () => validate };
  return {
    placements,
    shape,
    problem: (args) => (validate(args) ? null : describe(validate)),
  };
}

/** The validator of a schema, or the reason why nothing can be said to fit it. Remote references are never fetched. */
function compileSchema(schema: JsonObject): ValidateFunction | string {
  const { $schema: dialect, ...rest } = schema;
  const options = { strict: false, validateFormats: false, allErrors: false, logger: false } as const;
  const ajv = typeof dialect === 'string' && DRAFT_07.test(dialect) ? new Ajv(options) : new Ajv2020(options);
  try {
    return ajv.compile(rest);
  } catch (error) {
    return `The approved schema cannot be used (${error instanceof Error ? error.message : 'unknown'}).`;
  }
}

function describe(validate: ValidateFunction): string {
  const [first] = validate.errors ?? [];
  return `arguments${first?.instancePath.replaceAll('/', '.') ?? ''} ${first?.message ?? 'do not fit'}`;
}
