/** A JSON scalar. */
export type JsonPrimitive = string | number | boolean | null;
/** Any JSON value as `JSON.parse` returns it. */
export type JsonValue = JsonPrimitive | JsonValue[] | { [key: string]: JsonValue };
/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue };

const { isArray } = Array;

/** True for a plain JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value);
}
