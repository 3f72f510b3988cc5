/** What somebody typed, in the forms the index is asked with. */
export type SearchWords = {
  /** Trimmed, lower case, at most {@link MAX_SEARCH} characters. */
  text: string;
  /** A tsquery in which every word must begin a word that is there; null when nothing of the text is a word. */
  all: string | null;
  /** The same with "any word" instead of "every word". */
  any: string | null;
  /** A LIKE pattern for the text as a substring; null when the text is too short for the index of substrings. */
  like: string | null;
};

/** Longer texts are cut: no name has more, and the cost of a search grows with it. */
export const MAX_SEARCH = 200;
const MAX_WORDS = 16;
/** Shorter ones hold no whole trigram, and the beginning of half the words there are. */
const MIN_PART = 3;

/** Reads a search text; null when there is nothing to look for. Takes any text: nothing in it is an operator. */
export function readSearch(search: string | null | undefined): SearchWords | null {
  const text = Array.from((search ?? '').replaceAll('\0', ' ').trim().toLowerCase())
    .slice(0, MAX_SEARCH)
    .join('')
    .trim();
  if (text === '') return null;
  // letters, digits and marks only: no quote and no operator can get into the query that is built of them
  const words = (text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).slice(0, MAX_WORDS).map(quoted);
  return {
    text,
    all: words.length > 0 ? words.join(' & ') : null,
    any: words.length > 0 ? words.join(' | ') : null,
    like: text.length >= MIN_PART ? `%${text.replace(/[\\%_]/g, '\\$&')}%` : null,
  };
}

function quoted(word: string): string {
  return word.length >= MIN_PART ? `'${word}':*` : `'${word}'`;
}
