import { isJsonObject, type JsonObject } from '@rollcall/kernel';

/**
 * Which top-level arguments a call sends: names that the approved schema has, sorted, and whether there were others. Never
 * a value, and never a name that a caller made up.
 */
export type CallShape = { key: string; names: readonly string[]; other: boolean };

/** A shape names so many arguments; the rest counts as others. */
const MAX_NAMES = 64;
const MAX_NAME_LENGTH = 128;
/** Calls of one tool come in few shapes: each is built once. */
const MAX_KEPT = 64;

const isPrintable = (name: string) => name.length <= MAX_NAME_LENGTH && /^[^\p{Cc}\p{Cs}]+$/u.test(name);

/** Reads shapes of calls under one schema. */
export function shapeReader(schema: JsonObject): (args: JsonObject) => CallShape {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const known = new Set(Object.keys(properties).filter(isPrintable));
  const kept = new Map<string, CallShape>();
  return (args) => {
    const names: string[] = [];
    let other = false;
    for (const name of Object.keys(args)) {
      if (names.length < MAX_NAMES && known.has(name)) names.push(name);
      else other = true;
    }
    const key = JSON.stringify([other, ...names.sort()]);
    let shape = kept.get(key);
    if (shape === undefined) {
      shape = { key, names, other };
      if (kept.size < MAX_KEPT) kept.set(key, shape);
    }
    return shape;
  };
}
