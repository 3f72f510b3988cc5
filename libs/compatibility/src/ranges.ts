import type { JsonObject } from '@rollcall/kernel';
import { itemSchema } from './evaluate.js';
import { type Alternative, has, list, map, type Node, own } from './schema-node.js';

/** A numeric interval; bounds of whole numbers are always written inclusive. */
export type Interval = { low: number; lowOpen: boolean; high: number; highOpen: boolean };

/** The interval one or more schemas leave for a number together. */
export function intervalOf(schemas: readonly JsonObject[], integerOnly: boolean): Interval {
  const out: Interval = { low: -Infinity, lowOpen: false, high: Infinity, highOpen: false };
  for (const schema of schemas) {
    raiseLow(out, own(schema, 'minimum'), false);
    raiseLow(out, own(schema, 'exclusiveMinimum'), true);
    lowerHigh(out, own(schema, 'maximum'), false);
    lowerHigh(out, own(schema, 'exclusiveMaximum'), true);
  }
  return integerOnly ? wholeInterval(out) : out;
}

function raiseLow(interval: Interval, bound: unknown, open: boolean): void {
  if (typeof bound !== 'number' || bound < interval.low || (bound === interval.low && !open)) return;
  interval.low = bound;
  interval.lowOpen = open;
}

function lowerHigh(interval: Interval, bound: unknown, open: boolean): void {
  if (typeof bound !== 'number' || bound > interval.high || (bound === interval.high && !open)) return;
  interval.high = bound;
  interval.highOpen = open;
}

function wholeInterval(from: Interval): Interval {
  const low = from.lowOpen && Number.isInteger(from.low) ? from.low + 1 : Math.ceil(from.low);
  const high = from.highOpen && Number.isInteger(from.high) ? from.high - 1 : Math.floor(from.high);
  return { low, lowOpen: false, high, highOpen: false };
}

/** True when no number is in the interval. */
export function isEmptyInterval(one: Interval): boolean {
  return one.low > one.high || (one.low === one.high && (one.lowOpen || one.highOpen));
}

/** Largest lower and smallest upper count over all facets: `Length`, `Items` or `Properties`. */
export function countsOf(
  schemas: readonly JsonObject[],
  what: 'Length' | 'Items' | 'Properties',
): { min: number; max: number } {
  let min = 0;
  let max = Infinity;
  for (const schema of schemas) {
    const low = own(schema, `min${what}`);
    const high = own(schema, `max${what}`);
    if (typeof low === 'number') min = Math.max(min, low);
    if (typeof high === 'number') max = Math.min(max, high);
  }
  return { min, max };
}

export function schemasOf(alternative: Alternative): JsonObject[] {
  return alternative.facets.map((facet) => facet.schema);
}

/** Everything that constrains the property of that name. */
export function propertyNode(alternative: Alternative, name: string): Node {
  return alternative.facets.map((facet) => {
    const declared = own(map(facet.schema, 'properties'), name);
    if (declared !== undefined) return { schema: declared, doc: facet.doc };
    // A pattern might cover the name and lift additionalProperties: reading it as "anything" stays on the safe side.
    const rest = has(facet.schema, 'patternProperties') ? true : (own(facet.schema, 'additionalProperties') ?? true);
    return { schema: rest, doc: facet.doc };
  });
}

/** Everything that constrains properties no facet declares. */
export function otherNode(alternative: Alternative): Node {
  return alternative.facets.map((facet) => ({
    schema: has(facet.schema, 'patternProperties') ? true : (own(facet.schema, 'additionalProperties') ?? true),
    doc: facet.doc,
  }));
}

/** Everything that constrains the element at an index. */
export function itemNode(alternative: Alternative, index: number): Node {
  return alternative.facets.map((facet) => ({ schema: itemSchema(facet.schema, index), doc: facet.doc }));
}

export function declaredNames(alternative: Alternative): Set<string> {
  return new Set(alternative.facets.flatMap((facet) => Object.keys(map(facet.schema, 'properties'))));
}

export function requiredNames(alternative: Alternative): Set<string> {
  return new Set(
    alternative.facets.flatMap((facet) => list(facet.schema, 'required').filter((name) => typeof name === 'string')),
  );
}
