import { createHash } from 'node:crypto';

/** Statements that are asked once or twice are not worth keeping on every connection. */
const ASKED_OFTEN = 3;
/** Each kept statement costs a connection some memory; the product has a few hundred texts, lists of any length excepted. */
const MOST_KEPT = 400;
const MOST_COUNTED = 5_000;

/**
 * Names for prepared statements, by their text: a connection that has met a name before neither parses nor plans again,
 * which for the small reads of a page is half of their time. Empty, which is unnamed, for texts that are not asked often.
 */
export function statementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= MOST_KEPT) return '';
    const asked = (counts.get(sql) ?? 0) + 1;
    if (asked < ASKED_OFTEN) {
      if (counts.size >= MOST_COUNTED) counts.clear();
      counts.set(sql, asked);
      return '';
    }
    counts.delete(sql);
    const name = `rollcall_${createHash('sha256').update(sql).digest('hex').slice(0, 20)}`;
    names.set(sql, name);
    return name;
  };
}
