import { isJsonObject, type JsonValue } from '@rollcall/kernel';

/** True when both are the same JSON value; the order of members does not count. */
export function sameJson(left: JsonValue, right: JsonValue): boolean {
  return sorted(left) === sorted(right);
}

function sorted(value: JsonValue): string {
  return JSON.stringify(value, (_, each: JsonValue) =>
    isJsonObject(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}
