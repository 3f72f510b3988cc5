import { canonicalJson, setOwn } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { bitsOf } from './emptiness.js';
import { accepts } from './evaluate.js';
import { textSamples } from './pattern-samples.js';
import { madeNode, nameNode, nameSamples } from './property-names.js';
import { countsOf, declaredNames, intervalOf, itemNode, requiredNames, schemasOf } from './ranges.js';
import {
  type Alternative,
  alternativesOf,
  Budget,
  list,
  map,
  type Node,
  nodeId,
  own,
  TYPE_BITS,
  Undecidable,
} from './schema-node.js';

const MAX_DEPTH = 8;
/** Below this depth only the smallest values are made. */
const SHALLOW = 2;
/** One value of every kind, and those that most constraints tell apart. */
const ANYTHING: JsonValue[] = ['a', 0, {}, null, true, [], '', 0.5, -1, [0, 0], { a: 0 }, ['a', 'a'], 7, 'A', false];

const MAX_LENGTH = 4_096;
const MAX_ELEMENTS = 64;
const MAX_CANDIDATES = 48;

/** Makes values for schemas: small ones first, then those on the bounds. What it makes is a guess until it is verified. */
export class ValueMaker {
  private budget: Budget;
  private readonly known = new Map<string, JsonValue[]>();

  constructor(maxSteps: number) {
    this.budget = new Budget(maxSteps);
  }

  /** Gives the next use this much work; what was made so far is kept. What was left of the last one is answered. */
  refill(steps: number): number {
    const left = this.budget.remaining;
    this.budget = new Budget(steps);
    return left;
  }

  /** Values the conjunction probably accepts, none that it certainly refuses; `[]` when the work limit is reached. */
  candidates(node: Node, depth = 0): JsonValue[] {
    const constraints = node.filter((part) => part.schema !== true);
    if (constraints.length === 0) return depth < 2 ? ANYTHING : ANYTHING.slice(0, 4);
    const key = `${nodeId(constraints)} ${Math.min(depth, SHALLOW)}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    try {
      const found = this.make(constraints, depth);
      // Deep inside a recursion the answer depends on how deep, so it is not kept.
      if (depth <= SHALLOW) this.known.set(key, found);
      return found;
    } catch (cause) {
      if (cause instanceof Undecidable) return [];
      throw cause;
    }
  }

  private make(node: Node, depth: number): JsonValue[] {
    const raw = alternativesOf(node, this.budget).flatMap((one) => this.raw(one, depth));
    return distinct(raw.filter((value) => accepts(value, node, this.budget) !== 'no')).slice(0, MAX_CANDIDATES);
  }

  /** An object of the alternative that has at least its required properties, with some of them set from outside. */
  object(one: Alternative, set: ReadonlyMap<string, JsonValue>, depth = 0): JsonObject | undefined {
    const out: JsonObject = {};
    for (const name of requiredNames(one)) {
      const value = set.get(name) ?? this.candidates(madeNode(one, name), depth + 1)[0];
      if (value === undefined) return undefined;
      setOwn(out, name, value);
    }
    for (const [name, value] of set) setOwn(out, name, value);
    this.fill(out, one, { count: countsOf(schemasOf(one), 'Properties').min, depth });
    return out;
  }

  /** An object of the alternative with at least that many properties. */
  sized(one: Alternative, count: number, depth = 0): JsonObject | undefined {
    const out = this.object(one, new Map(), depth);
    if (out !== undefined) this.fill(out, one, { count, depth });
    return out;
  }

  /** An array of the alternative with one element set from outside. */
  array(
    one: Alternative,
    set: ReadonlyMap<number, JsonValue>,
    options: { depth: number; length?: number },
  ): JsonValue[] | undefined {
    const length = Math.max(
      options.length ?? countsOf(schemasOf(one), 'Items').min,
      0,
      ...[...set.keys()].map((index) => index + 1),
    );
    if (length > MAX_ELEMENTS) return undefined;
    const unique = schemasOf(one).some((schema) => own(schema, 'uniqueItems') === true);
    const out: JsonValue[] = [];
    for (let index = 0; index < length; index++) {
      const choices = this.candidates(itemNode(one, index), options.depth + 1);
      const fresh = unique ? choices.find((value) => !includesValue([...out, ...set.values()], value)) : choices[0];
      const value = set.has(index) ? set.get(index) : fresh;
      if (value === undefined) return undefined;
      out.push(value);
    }
    return out;
  }

  private raw(one: Alternative, depth: number): JsonValue[] {
    this.budget.spend();
    if (one.values !== null) return one.values;
    if (depth > MAX_DEPTH) return [];
    return bitsOf(one.mask).flatMap((bit) => {
      if (bit === TYPE_BITS.null) return [null];
      if (bit === TYPE_BITS.boolean) return [true, false];
      if (bit === TYPE_BITS.number) return numbers(one);
      if (bit === TYPE_BITS.string) return texts(one);
      return bit === TYPE_BITS.array ? this.arrays(one, depth) : this.objects(one, depth);
    });
  }

  private arrays(one: Alternative, depth: number): JsonValue[] {
    const { min, max } = countsOf(schemasOf(one), 'Items');
    if (depth > SHALLOW) return [this.array(one, new Map(), { depth })].filter((value) => value !== undefined);
    const lengths = [...new Set([min, min + 1, min + 2, ...(max <= MAX_ELEMENTS ? [max] : [])])].filter(
      (length) => length <= max,
    );
    const filled = lengths.map((length) => this.array(one, new Map(), { depth, length }));
    const elements = depth < 3 ? this.candidates(itemNode(one, 0), depth + 1).slice(0, 8) : [];
    const same = elements.flatMap((value) => [[value], [value, value]]);
    return [...filled, ...same].filter((value) => value !== undefined);
  }

  private objects(one: Alternative, depth: number): JsonValue[] {
    const minimal = this.object(one, new Map(), depth);
    if (minimal === undefined) return [];
    const out: JsonValue[] = [minimal];
    if (depth > SHALLOW) return out;
    const names = [...declaredNames(one)].slice(0, 24);
    const all: JsonObject = { ...minimal };
    for (const name of names) {
      const choices = this.candidates(madeNode(one, name), depth + 1).slice(0, depth === 0 ? 8 : 3);
      for (const choice of choices) {
        const next = { ...minimal };
        setOwn(next, name, choice);
        out.push(next);
      }
      if (choices[0] !== undefined) setOwn(all, name, choices[0]);
    }
    return [...out, all, ...this.extended(one, minimal, depth)];
  }

  /** With undeclared properties: one, and as many as the count allows. */
  private extended(one: Alternative, minimal: JsonObject, depth: number): JsonValue[] {
    const { max } = countsOf(schemasOf(one), 'Properties');
    const many = { ...minimal };
    this.fill(many, one, { count: Math.min(max, Object.keys(minimal).length + 4), depth });
    return [many];
  }

  private fill(target: JsonObject, one: Alternative, { count, depth }: { count: number; depth: number }): void {
    if (Object.keys(target).length >= count || count > MAX_ELEMENTS) return;
    const suggested = schemasOf(one).some((schema) => own(schema, 'propertyNames') !== undefined)
      ? nameSamples(one)
      : Array.from({ length: count }, (_, index) => `property_${index}`);
    const names = nameNode(one);
    for (const name of [...declaredNames(one), ...suggested]) {
      if (Object.keys(target).length >= count) return;
      if (Object.hasOwn(target, name) || accepts(name, names, this.budget) === 'no') continue;
      const value = this.candidates(madeNode(one, name), depth + 1)[0];
      if (value !== undefined) setOwn(target, name, value);
    }
  }
}

function numbers(one: Alternative): number[] {
  const { low, high } = intervalOf(schemasOf(one), one.integerOnly);
  const steps = schemasOf(one)
    .flatMap((schema) => own(schema, 'multipleOf') ?? [])
    .filter((step) => typeof step === 'number');
  const near = [low, high]
    .filter(Number.isFinite)
    .flatMap((bound) => [bound, bound + 1, bound - 1, bound + 0.5, bound - 0.5]);
  const multiples = steps.flatMap((step) => [
    step,
    step * 2,
    step * 3,
    Math.ceil((Number.isFinite(low) ? low : 0) / step) * step,
  ]);
  return [0, 1, ...near, ...multiples, -1, 2, 3, 0.5, 1.5, 10, 1000, -1000, 1e9].filter(
    (value) => !one.integerOnly || Number.isInteger(value),
  );
}

function texts(one: Alternative): string[] {
  const { min, max } = countsOf(schemasOf(one), 'Length');
  const collect = (keyword: string): string[] =>
    schemasOf(one)
      .flatMap((schema) => own(schema, keyword) ?? [])
      .filter((each) => typeof each === 'string');
  const samples = textSamples(collect('pattern'), collect('format'));
  const lengths = [min, min + 1, max, max - 1].filter((length) => length >= 0 && length <= MAX_LENGTH);
  return [...samples, ...lengths.map((length) => 'a'.repeat(length))].map((text) =>
    text.length < min && min <= MAX_LENGTH ? text.padEnd(min, 'a') : text,
  );
}

function includesValue(values: readonly JsonValue[], value: JsonValue): boolean {
  const text = canonicalJson(value);
  return values.some((each) => canonicalJson(each) === text);
}

/** Each value once, in the order given. */
function distinct(values: readonly JsonValue[]): JsonValue[] {
  return [...new Map(values.map((value) => [canonicalJson(value), value])).values()];
}

/** Bounds and listed values of a schema, one step to each side: where two schemas usually differ. */
export function boundaryValues(node: Node): JsonValue[] {
  return node.flatMap(({ schema }) => {
    if (!isJsonObject(schema)) return [];
    const bounds = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].flatMap((keyword) => {
      const bound = own(schema, keyword);
      return typeof bound === 'number' ? [bound, bound - 1, bound + 1, bound - 0.5, bound + 0.5] : [];
    });
    const lengths = ['minLength', 'maxLength'].flatMap((keyword) => {
      const bound = own(schema, keyword);
      return typeof bound === 'number' && bound < MAX_LENGTH
        ? [bound - 1, bound + 1].filter((n) => n >= 0).map((n) => 'a'.repeat(n))
        : [];
    });
    const listed = list(schema, 'enum');
    const constant = Object.hasOwn(schema, 'const') ? [schema['const'] as JsonValue] : [];
    return [
      ...bounds,
      ...lengths,
      ...listed,
      ...constant,
      ...(Object.keys(map(schema, 'properties')).length > 0 ? [{}] : []),
    ];
  });
}
