import type { ListPage, ServerItem } from './answer-schemas.js';

/** All pages that were read, in the order in which they came. */
export type Walk = {
  items: ServerItem[];
  pages: number;
  /** False when the walk was cut short, by us or by `problem`. */
  complete: boolean;
  /** Why it could not go on. */
  problem: string | null;
  /** Every cursor that was handed out. */
  cursors: string[];
};

/** Pages a walk reads at most: a production registry has thousands, and a sample is enough. */
export const MAX_PAGES = 12;

/** Follows `nextCursor`, appended without encoding as real clients do, until it is absent. */
export async function walkList(
  first: ListPage,
  limit: number,
  next: (query: string) => Promise<ListPage | string>,
): Promise<Walk> {
  const walk: Walk = { items: [], pages: 0, complete: false, problem: null, cursors: [] };
  const seen = new Set<string>();
  let page: ListPage | string = await next(`limit=${limit}`);
  while (typeof page !== 'string') {
    walk.pages += 1;
    walk.items.push(...page.items);
    if (page.nextCursor === null) return { ...walk, complete: true };
    if (seen.has(page.nextCursor)) return { ...walk, problem: `The cursor ${page.nextCursor} was handed out twice.` };
    seen.add(page.nextCursor);
    walk.cursors.push(page.nextCursor);
    if (walk.pages >= MAX_PAGES) return walk;
    page = await next(`limit=${limit}&cursor=${page.nextCursor}`);
  }
  const items = walk.pages === 0 ? first.items : walk.items;
  return { ...walk, items, problem: `Page ${walk.pages + 1}: ${page}` };
}

/** Compares as UTF-8 bytes compare, which is by code point. */
export function compareBytes(left: string, right: string): number {
  const [a, b] = [[...left], [...right]];
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const difference = (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
