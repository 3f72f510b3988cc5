import { someSchema } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { has, own } from './schema-node.js';

/** Keywords that only one of the dialects knows. */
const SENSITIVE = [
  'prefixItems',
  'additionalItems',
  'dependencies',
  'dependentRequired',
  'dependentSchemas',
  'unevaluatedItems',
  'unevaluatedProperties',
  'minContains',
  'maxContains',
  '$dynamicRef',
  '$recursiveRef',
];
const BESIDE_REF = new Set([
  '$ref',
  '$defs',
  'definitions',
  '$schema',
  '$id',
  '$comment',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
]);

/** Why a change of `$schema` may change the meaning of the rest, or null: most schemas mean the same in every dialect. */
export function dialectReason(base: JsonValue, head: JsonValue): string | null {
  if (dialectOf(base) === dialectOf(head)) return null;
  const touched = [base, head].some((root) => someSchema(root, isSensitive));
  return touched ? 'the dialect ($schema) changed and keywords are used that dialects read differently' : null;
}

function dialectOf(schema: JsonValue): string {
  const declared = isJsonObject(schema) ? own(schema, '$schema') : undefined;
  if (typeof declared !== 'string') return '2020-12';
  return /draft-0[467]|2019-09|2020-12/.exec(declared)?.[0] ?? declared;
}

function isSensitive(schema: JsonObject): boolean {
  if (SENSITIVE.some((keyword) => has(schema, keyword)) || Array.isArray(own(schema, 'items'))) return true;
  return has(schema, '$ref') && Object.keys(schema).some((keyword) => !BESIDE_REF.has(keyword));
}
