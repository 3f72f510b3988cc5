import { usage } from '../errors/failure.js';

/**
 * Splits a command line into words as a POSIX shell does with quotes and backslashes, and does nothing else: no variable,
 * pattern, pipe or redirection is ever expanded, because no shell is involved.
 */
export function splitCommand(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== null && char === quote) quote = null;
    else if (quote === null && (char === '"' || char === "'")) {
      quote = char;
      word ??= '';
    } else if (char === '\\' && quote !== "'" && at + 1 < text.length) word = (word ?? '') + text.charAt(++at);
    else if (quote === null && /\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + char;
  }
  if (quote !== null) throw usage(`The command "${text}" has an open quote.`, 'Close the quote.', 'INVALID_TARGET');
  return word === null ? words : [...words, word];
}
