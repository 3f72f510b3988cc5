import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { SchemaPair } from './schema-pairs.js';

/*
 * Values for the judge, made without any code of the comparison: everything that either schema says about one place is
 * collected, and values are composed around the constants of both, because two schemas differ at a bound of one of them.
 */
const COMMON: readonly JsonValue[] = [null, true, false, 0, 1, 0.5, -1, '', 'a', 'abc', [], {}];
const FOREIGN = 'zz';
const MAX_DEPTH = 3;
const PER_CHILD = [40, 14, 7, 3];
const MAX_OBJECTS = [90, 30, 10, 4];

/** Values worth trying on either side of a pair, at the place `p` of `rooted`. */
export function valuesFor({ base, head }: SchemaPair, defs: JsonObject): JsonValue[] {
  const inside = new Composer(defs).values([base, head], 0);
  return inside.map((value): JsonValue => ({ p: value })).concat([{}, { q: 1 }]);
}

class Composer {
  private turn = 1;

  constructor(private readonly defs: JsonObject) {}

  /** Values around all that these schemas say, in one list without repetition. */
  values(schemas: readonly JsonValue[], depth: number): JsonValue[] {
    const said = this.unfold(schemas);
    const out = new Map<string, JsonValue>();
    const add = (value: JsonValue): void => void out.set(JSON.stringify(value), value);
    for (const schema of said) for (const value of scalarsOf(schema)) add(value);
    for (const value of depth < 2 ? COMMON : COMMON.slice(3, 8)) add(value);
    if (depth < MAX_DEPTH) {
      for (const value of this.lists(said, depth)) add(value);
      for (const value of this.records(said, depth)) add(value);
    }
    return [...out.values()];
  }

  /** The schemas themselves and everything they require or offer at the same place. */
  private unfold(schemas: readonly JsonValue[]): JsonObject[] {
    const seen = new Set<JsonValue>();
    const visit = (schema: JsonValue | undefined): void => {
      if (schema === undefined || !isJsonObject(schema) || seen.has(schema)) return;
      seen.add(schema);
      for (const keyword of ['anyOf', 'oneOf', 'allOf']) for (const one of asList(own(schema, keyword))) visit(one);
      visit(own(schema, 'not'));
      const ref = own(schema, '$ref');
      if (typeof ref === 'string') visit(own(this.defs, ref.slice('#/$defs/'.length)));
    };
    for (const schema of schemas) visit(schema);
    return [...seen] as JsonObject[];
  }

  private lists(said: readonly JsonObject[], depth: number): JsonValue[] {
    if (!said.some((one) => touches(one, ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems'])))
      return [[0], ['a', 'a']];
    const children = said.flatMap((one) => [own(one, 'items') ?? true, ...asList(own(one, 'prefixItems'))]);
    const elements = this.values(children, depth + 1).slice(0, PER_CHILD[depth + 1]);
    const bounds = said.flatMap((one) => [own(one, 'minItems'), own(one, 'maxItems')]).filter(isNumber);
    const lengths = [...new Set([0, 1, 2, ...bounds.flatMap((bound) => [bound - 1, bound, bound + 1])])];
    const longest = Math.min(5, Math.max(...lengths));
    const varied = lengths
      .filter((length) => length >= 0 && length <= longest)
      .flatMap((length) => [0, 1, 2].map(() => Array.from({ length }, () => this.pick(elements))));
    return [
      ...elements.map((value) => [value]),
      ...elements.flatMap((value) => [
        [value, value],
        [value, this.pick(elements)],
        [this.pick(elements), value],
      ]),
      ...varied,
    ];
  }

  private records(said: readonly JsonObject[], depth: number): JsonValue[] {
    const keywords = ['properties', 'required', 'additionalProperties', 'propertyNames', 'patternProperties'];
    if (!said.some((one) => touches(one, [...keywords, 'minProperties', 'maxProperties']))) return [{ a: 0 }];
    const names = [...new Set([...said.flatMap(namesOf), 'a', FOREIGN])].slice(0, 6);
    const choices = new Map(names.map((name) => [name, this.choices(said, name, depth)]));
    const out: JsonObject[] = [{}];
    for (const [name, values] of choices) for (const value of values) out.push(record([[name, value]]));
    const declared = names.filter((name) => name !== FOREIGN);
    for (let turn = 0; out.length < (MAX_OBJECTS[depth] ?? 4); turn++) {
      // The full set first, then sets with one name left out, then any.
      const kept = declared.filter((_name, index) =>
        turn % 3 === 0 ? true : turn % 3 === 1 ? index !== turn % declared.length : this.next() % 2 === 0,
      );
      const all = turn % 7 === 6 ? [...kept, FOREIGN] : kept;
      out.push(record(all.map((name) => [name, this.pick(choices.get(name) ?? [])])));
    }
    return out;
  }

  private choices(said: readonly JsonObject[], name: string, depth: number): JsonValue[] {
    const children = said.flatMap((one) => {
      const declared = own(asMap(own(one, 'properties')), name);
      const patterned = Object.values(asMap(own(one, 'patternProperties')));
      return [...patterned, declared ?? own(one, 'additionalProperties') ?? true];
    });
    const values = this.values(children, depth + 1);
    const limit = PER_CHILD[depth + 1] ?? 3;
    return values.length <= limit ? values : Array.from({ length: limit }, () => this.pick(values));
  }

  private pick(values: readonly JsonValue[]): JsonValue {
    return values[this.next() % Math.max(1, values.length)] ?? 0;
  }

  /** The same sequence for every pair, so that a pair fails or holds whenever it is judged. */
  private next(): number {
    this.turn = (Math.imul(this.turn, 1_103_515_245) + 12_345) >>> 0;
    return this.turn >>> 8;
  }
}

function scalarsOf(schema: JsonObject): JsonValue[] {
  const bounds = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
    .map((keyword) => own(schema, keyword))
    .filter(isNumber)
    .flatMap((bound) => [bound, bound - 1, bound + 1, bound + 0.5, bound - 0.5, bound * 2]);
  const lengths = ['minLength', 'maxLength']
    .map((keyword) => own(schema, keyword))
    .filter(isNumber)
    .flatMap((length) => [length - 1, length, length + 1])
    .filter((length) => length >= 0)
    .flatMap((length) => ['a'.repeat(length), 'b'.repeat(length), 'é'.repeat(length)]);
  const patterned = own(schema, 'pattern') === undefined ? [] : ['a', 'b', 'ab', 'd', 'cb', 'abb', 'ba'];
  const formatted = own(schema, 'format') === undefined ? [] : ['2020-01-01', 'a@b.co', 'x'];
  const listed = asList(own(schema, 'enum'));
  const constant = own(schema, 'const');
  const all: JsonValue[] = [...bounds, ...lengths, ...patterned, ...formatted, ...listed];
  return constant === undefined ? all : [...all, constant];
}

function namesOf(schema: JsonObject): string[] {
  const required = asList(own(schema, 'required')).filter((name) => typeof name === 'string');
  return [...Object.keys(asMap(own(schema, 'properties'))), ...required];
}

function touches(schema: JsonObject, keywords: readonly string[]): boolean {
  return keywords.some((keyword) => Object.hasOwn(schema, keyword));
}

function record(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  const out: JsonObject = {};
  for (const [key, value] of entries)
    Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
  return out;
}

function own(from: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(from, key) ? from[key] : undefined;
}

function asList(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function asMap(value: JsonValue | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
}

function isNumber(value: JsonValue | undefined): value is number {
  return typeof value === 'number';
}
