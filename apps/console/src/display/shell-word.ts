/** Quotes a word for a POSIX shell: names and versions come from outside and are meant to be pasted into a terminal. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
