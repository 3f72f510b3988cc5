import { pointer } from '@rollcall/contract';

/** A set of places inside a JSON value, as a tree: what is below a `whole` node is in it entirely. */
export type PlaceTree = {
  whole: boolean;
  /** True when the place is there in every value. */
  always: boolean;
  below: Map<string, PlaceTree>;
};

/** Stands for every element of a list (or every property of an object). */
export const EVERY = '*';

const MAX_SEGMENTS = 32;

/** The segments of a JSON pointer (RFC 6901), or null when the text is none. */
export function segmentsOf(text: string): string[] | null {
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return null;
  const segments = text.slice(1).split('/');
  if (segments.length > MAX_SEGMENTS) return null;
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A property name as a JSON pointer. */
export function pointerTo(name: string): string {
  return pointer([name]);
}

/** A tree of nothing. */
export function noPlace(): PlaceTree {
  return { whole: false, always: true, below: new Map() };
}

/** Adds a place, all that is below it included. */
export function addPlace(tree: PlaceTree, segments: readonly string[], always: boolean): void {
  let node = tree;
  for (const segment of segments) {
    let next = node.below.get(segment);
    if (next === undefined) {
      next = { whole: false, always, below: new Map() };
      node.below.set(segment, next);
    }
    next.always ||= always;
    node = next;
  }
  node.whole = true;
}
