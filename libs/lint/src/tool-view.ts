import { type Contract, type Member, pointer, resolvePointer } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { splitWords } from './words.js';

/** One argument at the top of a tool's input. */
export type ParameterView = {
  name: string;
  words: readonly string[];
  /** JSON pointer to its schema. */
  path: string;
  required: boolean;
  description: string | null;
  /** What a value must satisfy, a local reference followed and the branches of a nullable form beside it. */
  schemas: readonly JsonObject[];
};

/** A tool as the rules look at it. */
export type ToolView = {
  name: string;
  words: readonly string[];
  description: string;
  definition: JsonObject;
  parameters: readonly ParameterView[];
  input: JsonObject;
  output: JsonObject | null;
  /** As the server says; undefined: it says nothing. */
  readOnly: boolean | undefined;
  destructive: boolean | undefined;
};

/** Every tool of a contract, read once for all rules. */
export function toolViews(contract: Contract): ToolView[] {
  return contract.members.filter((member) => member.kind === 'tool').map(toolView);
}

function toolView({ name, definition }: Member): ToolView {
  const description = own(definition, 'description');
  const hints = own(definition, 'annotations');
  const output = own(definition, 'outputSchema');
  const schema = own(definition, 'inputSchema');
  const input = isJsonObject(schema) ? schema : {};
  const hint = (key: string): boolean | undefined => {
    const value = isJsonObject(hints) ? own(hints, key) : undefined;
    return typeof value === 'boolean' ? value : undefined;
  };
  return {
    name,
    words: splitWords(name),
    description: typeof description === 'string' ? description.trim() : '',
    definition,
    parameters: parametersOf(input),
    input,
    output: isJsonObject(output) ? output : null,
    readOnly: hint('readOnlyHint'),
    destructive: hint('destructiveHint'),
  };
}

function parametersOf(input: JsonObject): ParameterView[] {
  const properties = own(input, 'properties');
  const required = own(input, 'required');
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(isJsonObject(properties) ? properties : {}).map(([name, schema]) => {
    const schemas = schemasOf(schema, input);
    const texts = schemas.flatMap((one) => own(one, 'description') ?? []).filter((one) => typeof one === 'string');
    return {
      name,
      words: splitWords(name),
      path: pointer(['inputSchema', 'properties', name]),
      required: needed.has(name),
      description: texts.find((text) => text.trim() !== '') ?? null,
      schemas,
    };
  });
}

const MAX_BRANCHES = 16;

/** The schema, what its local reference points at, and the branches of its unions: one level, a bounded number. */
export function schemasOf(schema: JsonValue, root: JsonObject): JsonObject[] {
  const direct = follow(schema, root);
  const branches = direct.flatMap((one) =>
    ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => {
      const list = own(one, keyword);
      return Array.isArray(list) ? list.slice(0, MAX_BRANCHES).flatMap((branch) => follow(branch, root)) : [];
    }),
  );
  return [...direct, ...branches];
}

function follow(schema: JsonValue, root: JsonObject): JsonObject[] {
  if (!isJsonObject(schema)) return [];
  const ref = own(schema, '$ref');
  const target = typeof ref === 'string' ? resolvePointer(root, ref) : undefined;
  return isJsonObject(target) && target !== schema ? [schema, target] : [schema];
}

/** Types that any of the schemas names. */
export function typesOf(schemas: readonly JsonObject[]): ReadonlySet<string> {
  const types = schemas.flatMap((schema) => {
    const type = own(schema, 'type');
    return Array.isArray(type) ? type : [type];
  });
  return new Set(types.filter((type) => typeof type === 'string'));
}

/** True when any of the schemas has any of the keywords. */
export function hasAny(schemas: readonly JsonObject[], ...keywords: string[]): boolean {
  return schemas.some((schema) => keywords.some((keyword) => Object.hasOwn(schema, keyword)));
}

/** An own value of an object, never one inherited from its prototype (`constructor`, `toString`). */
export function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

const SHOWN = 60;

/** Text of a server inside a sentence of ours: short, on one line. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return JSON.stringify(line.length > SHOWN ? `${line.slice(0, SHOWN - 3)}...` : line);
}
