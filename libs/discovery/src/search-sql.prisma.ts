import { Prisma } from '@rollcall/persistence';
import type { SearchWords } from './search-words.js';

/** How a search looked: for what was typed, or, when that is nowhere, for words that are spelled like it. */
export type SearchMode = 'typed' | 'alike';

/** Hits that are ranked for one search. What matches more is answered from that many: words so common tell nothing apart. */
export const MAX_HITS = 10_000;

/** Nothing is spelled like a text of one or two letters. */
const MIN_ALIKE = 4;
/** Ranks are whole numbers, so that a cursor can hold one exactly. */
const SAME_NAME = 1_000_000;
const PART_OF_NAME = 100_000;
const WORDS = 100_000;
const ALIKE = 50_000;

/** True when a text is long enough to look for misspellings of it. */
export const canBeAlike = (words: SearchWords): boolean => words.text.length >= MIN_ALIKE;

/** The query of full text: as written, or by stem. */
export function fullText(query: string): Prisma.Sql {
  return Prisma.sql`(to_tsquery('pg_catalog.simple', ${query}) || to_tsquery('pg_catalog.english', ${query}))`;
}

/** Whom a search is made for: an organization, and the teams whose things the caller sees (null: all). */
export type Scope = { organizationId: string; teamIds: string[] | null };

/** The whole text as arguments of the functions that search: words, pattern, and what to be alike to. */
function asked(words: SearchWords, mode: SearchMode): Prisma.Sql {
  if (mode === 'alike') return Prisma.sql`NULL::tsquery, NULL::text, ${words.text}::text`;
  const query = words.all === null ? Prisma.sql`NULL::tsquery` : fullText(words.all);
  return Prisma.sql`${query}, ${words.like}::text, NULL::text`;
}

/** Rows `(id)` of servers with a text that matches; at most {@link MAX_HITS}. */
export function foundServers(scope: Scope, words: SearchWords, mode: SearchMode): Prisma.Sql {
  return Prisma.sql`found_servers(${scope.organizationId}, ${scope.teamIds}::text[], ${asked(words, mode)}, ${MAX_HITS}::int)`;
}

/** Rows `(version_id, name)` of tools that match; with a state those of all its versions. At most {@link MAX_HITS}. */
export function foundTools(scope: Scope, words: SearchWords, mode: SearchMode, state: string | null): Prisma.Sql {
  return Prisma.sql`found_tools(${scope.organizationId}, ${scope.teamIds}::text[], ${asked(words, mode)}, ${state}::text, ${MAX_HITS}::int)`;
}

/** Rank of a server `s` that matches, higher is better. */
export function serverRank(words: SearchWords, mode: SearchMode): Prisma.Sql {
  if (mode === 'alike') return alike(words, [Prisma.sql`s.name`, Prisma.sql`coalesce(s.title, '')`]);
  return Prisma.sql`((CASE WHEN lower(s.name) = ${words.text} OR s.alias = ${words.text}
      OR lower(split_part(s.name, '/', 2)) = ${words.text} THEN ${SAME_NAME}::int ELSE 0 END)
    + ${partOf(words, Prisma.sql`s.name`)} + ${weight(words, Prisma.sql`s.search`)})`;
}

/** Condition on rows `t` of the index of tools, for the few of one server. */
export function toolMatches(words: SearchWords, mode: SearchMode): Prisma.Sql {
  if (mode === 'alike') return Prisma.sql`${words.text} <% t.name`;
  return either([
    words.all === null ? null : Prisma.sql`t.search @@ ${fullText(words.all)}`,
    words.like === null ? null : Prisma.sql`t.name ILIKE ${words.like}`,
  ]);
}

/** Rank of a row `t` that matches, on the same scale as that of servers. */
export function toolRank(words: SearchWords, mode: SearchMode): Prisma.Sql {
  if (mode === 'alike') return alike(words, [Prisma.sql`t.name`]);
  return Prisma.sql`((CASE WHEN lower(t.name) = ${words.text} THEN ${SAME_NAME}::int ELSE 0 END)
    + ${partOf(words, Prisma.sql`t.name`)} + ${weight(words, Prisma.sql`t.search`)})`;
}

/** Columns that say in which texts of server `s` something was found: `inName`, `inTitle`, `inDescription`. */
export function serverReasons(words: SearchWords, mode: SearchMode): Prisma.Sql {
  const found = (column: Prisma.Sql, identifier: boolean) => {
    if (mode === 'alike') return Prisma.sql`coalesce(${words.text} <% ${column}, false)`;
    const text = identifier ? Prisma.sql`${column} || ' ' || identifier_words(${column})` : column;
    const vector = Prisma.sql`search_words(coalesce(${text}, ''), 'A')`;
    return either([
      words.any === null ? null : Prisma.sql`${vector} @@ ${fullText(words.any)}`,
      words.like === null ? null : Prisma.sql`coalesce(${column} ILIKE ${words.like}, false)`,
    ]);
  };
  const name = found(Prisma.sql`s.name`, true);
  return Prisma.sql`(${name} OR s.alias = ${words.text}) AS "inName", ${found(Prisma.sql`s.title`, false)} AS "inTitle",
    ${found(Prisma.sql`s.description`, false)} AS "inDescription"`;
}

function either(parts: (Prisma.Sql | null)[]): Prisma.Sql {
  const some = parts.filter((part) => part !== null);
  return some.length > 0 ? Prisma.sql`(${Prisma.join(some, ' OR ')})` : Prisma.sql`false`;
}

function partOf(words: SearchWords, column: Prisma.Sql): Prisma.Sql {
  if (words.like === null) return Prisma.sql`0`;
  return Prisma.sql`(CASE WHEN ${column} ILIKE ${words.like} THEN ${PART_OF_NAME}::int ELSE 0 END)`;
}

function weight(words: SearchWords, column: Prisma.Sql): Prisma.Sql {
  if (words.all === null) return Prisma.sql`0`;
  return Prisma.sql`(ts_rank(${column}, ${fullText(words.all)}) * ${WORDS}::int)::int`;
}

function alike(words: SearchWords, columns: Prisma.Sql[]): Prisma.Sql {
  const each = columns.map((column) => Prisma.sql`word_similarity(${words.text}, ${column})`);
  return Prisma.sql`(greatest(${Prisma.join(each)}) * ${ALIKE}::int)::int`;
}
