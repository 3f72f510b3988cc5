import { accepts } from './evaluate.js';
import { countsOf, intervalOf, isEmptyInterval, itemNode, propertyNode, requiredNames, schemasOf } from './ranges.js';
import { type Alternative, alternativesOf, type Budget, type Node, TYPE_BITS } from './schema-node.js';

/** True only when certainly no value satisfies the conjunction. */
export function isEmpty(node: Node, budget: Budget, depth = 0): boolean {
  budget.spend();
  if (node.some((part) => part.schema === false)) return true;
  return alternativesOf(node, budget).every((alternative) => isEmptyAlternative(alternative, budget, depth));
}

/** True only when certainly no value satisfies the alternative. */
export function isEmptyAlternative(one: Alternative, budget: Budget, depth = 0): boolean {
  if (one.values !== null) return one.values.every((value) => accepts(value, one.facets, budget) === 'no');
  return bitsOf(one.mask).every((bit) => isEmptyType(one, bit, { budget, depth }));
}

const BITS: readonly number[] = Object.values(TYPE_BITS);

export function bitsOf(mask: number): number[] {
  return BITS.filter((bit) => (mask & bit) !== 0);
}

function isEmptyType(one: Alternative, bit: number, limits: { budget: Budget; depth: number }): boolean {
  const schemas = schemasOf(one);
  if (bit === TYPE_BITS.number) return isEmptyInterval(intervalOf(schemas, one.integerOnly));
  if (bit === TYPE_BITS.string) return isImpossible(countsOf(schemas, 'Length'));
  if (bit === TYPE_BITS.array) return isImpossible(countsOf(schemas, 'Items')) || lacksElement(one, limits);
  if (bit === TYPE_BITS.object) return isImpossible(countsOf(schemas, 'Properties')) || lacksProperty(one, limits);
  return false;
}

function isImpossible(counts: { min: number; max: number }): boolean {
  return counts.min > counts.max;
}

const MAX_EMPTINESS_DEPTH = 3;

function lacksElement(one: Alternative, { budget, depth }: { budget: Budget; depth: number }): boolean {
  if (depth >= MAX_EMPTINESS_DEPTH || countsOf(schemasOf(one), 'Items').min === 0) return false;
  return isEmpty(itemNode(one, 0), budget, depth + 1);
}

function lacksProperty(one: Alternative, { budget, depth }: { budget: Budget; depth: number }): boolean {
  if (depth >= MAX_EMPTINESS_DEPTH) return false;
  return [...requiredNames(one)].some((name) => isEmpty(propertyNode(one, name), budget, depth + 1));
}
