import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { SchemaDate } from './manifest.js';

/** The first release of the schema wrote these members with underscores; every later one writes them in camel case. */
const OLD_TO_CURRENT: Record<string, string> = {
  environment_variables: 'environmentVariables',
  file_sha256: 'fileSha256',
  is_repeated: 'isRepeated',
  is_required: 'isRequired',
  is_secret: 'isSecret',
  package_arguments: 'packageArguments',
  registry_base_url: 'registryBaseUrl',
  registry_type: 'registryType',
  runtime_arguments: 'runtimeArguments',
  runtime_hint: 'runtimeHint',
  value_hint: 'valueHint',
  website_url: 'websiteUrl',
};
const CURRENT_TO_OLD = Object.fromEntries(Object.entries(OLD_TO_CURRENT).map(([old, current]) => [current, old]));
const SNAKE_CASE: SchemaDate = '2025-07-09';

/** The document as later schemas spell it; `_meta` belongs to others and is left alone. */
export function currentSpelling(document: JsonObject, date: SchemaDate): JsonObject {
  return date === SNAKE_CASE ? respell(document) : document;
}

/** A path in the spelling of the schema the document was written for. */
export function spelledAsOf(path: string, date: SchemaDate): string {
  return date === SNAKE_CASE ? path.replace(/\w+/g, (word) => CURRENT_TO_OLD[word] ?? word) : path;
}

function respell(object: JsonObject): JsonObject {
  const entries = Object.entries(object).map(([key, value]): [string, JsonValue] => {
    const inner = key === '_meta' ? value : respellValue(value);
    return [Object.hasOwn(OLD_TO_CURRENT, key) ? (OLD_TO_CURRENT[key] ?? key) : key, inner];
  });
  return Object.fromEntries(entries);
}

function respellValue(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(respellValue);
  return isJsonObject(value) ? respell(value) : value;
}
