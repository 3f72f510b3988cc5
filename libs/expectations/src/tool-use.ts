import type { JsonObject } from '@rollcall/kernel';
import type { ToolExpectation } from './expectation-document.js';
import { addPlace, noPlace, type PlaceTree, pointerTo, segmentsOf } from './places.js';

/** The top-level arguments that some calls were made with, as a gateway counted them. */
export type ArgumentShape = {
  /** Sorted; names of the schema only. */
  names: string[];
  /** True when names were sent that the schema does not have. */
  other: boolean;
  calls: number;
};

/** What a consumer uses of one tool, and how often it was seen. */
export type ToolUse = {
  tool: string;
  expectation: ToolExpectation;
  calls: number;
  firstCallAt: string | null;
  lastCallAt: string | null;
};

/** More kinds of calls than this are not told apart. */
const MAX_SHAPES = 64;

/**
 * What counted calls amount to: arguments of every call, arguments of some. Without a complete count (`null`), and with
 * names nobody knows, the whole tool; what is read of results, no gateway sees.
 */
export function expectationFromShapes(shapes: readonly ArgumentShape[] | null): ToolExpectation {
  const unknown =
    shapes === null || shapes.length === 0 || shapes.length > MAX_SHAPES || shapes.some((one) => one.other);
  if (unknown) return { arguments: null, optionalArguments: [], outputs: null, examples: [] };
  const names = [...new Set(shapes.flatMap((one) => one.names))].sort();
  const always = names.filter((name) => shapes.every((one) => one.names.includes(name)));
  return {
    arguments: always.map(pointerTo),
    optionalArguments: names.filter((name) => !always.includes(name)).map(pointerTo),
    outputs: null,
    examples: [],
  };
}

/** The places of arguments that are sent; `whole` when that is not said. */
export function argumentsOf(use: ToolExpectation): PlaceTree {
  const tree = treeOf(use.arguments);
  for (const pointer of use.optionalArguments) addPlace(tree, segmentsOf(pointer) ?? [], false);
  for (const { arguments: args } of use.examples) {
    for (const name of Object.keys(args)) addPlace(tree, [name], false);
    demote(tree, args);
  }
  return tree;
}

/** The places of the result that are read; `whole` when that is not said. */
export function outputsOf(use: ToolExpectation): PlaceTree {
  return treeOf(use.outputs);
}

function treeOf(pointers: readonly string[] | null): PlaceTree {
  const tree = noPlace();
  if (pointers === null) tree.whole = true;
  for (const pointer of pointers ?? []) addPlace(tree, segmentsOf(pointer) ?? [], true);
  return tree;
}

/** An example without an argument shows that it is not sent with every call, whatever else is said. */
function demote(tree: PlaceTree, args: JsonObject): void {
  for (const [name, below] of tree.below) {
    if (!Object.hasOwn(args, name)) below.always = false;
  }
}
