import type { TokenCounter } from './lint-finding.js';

let loading: Promise<TokenCounter> | null = null;

/**
 * Counts tokens as o200k_base does. The table behind it has 2.4 MB and is loaded when this is asked for the first time, so
 * that programs that count nothing (gateways, the console's first page) do not carry it.
 */
export function loadTokenCounter(): Promise<TokenCounter> {
  loading ??= load();
  return loading;
}

async function load(): Promise<TokenCounter> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  // marks such as <|endoftext|> are text like any other here
  const asText = { disallowedSpecial: new Set<string>() };
  return (text) => pieces(text).reduce((sum, piece) => sum + countTokens(piece, asText), 0);
}

/** Merging is quadratic in the length of a run of one kind: a run is counted in parts of this many characters. */
const LONGEST_RUN = 256;

/** The text cut inside runs no honest text has: exact for everything else, at most a token more for each part. */
function pieces(text: string): string[] {
  const out: string[] = [];
  let start = 0;
  for (const match of text.matchAll(/[\p{L}\p{M}]+|[^\s\p{L}\p{M}\p{N}]+|\s+/gu)) {
    const run = match[0];
    if (run.length <= LONGEST_RUN) continue;
    out.push(text.slice(start, match.index));
    for (let at = 0; at < run.length; at += LONGEST_RUN) out.push(run.slice(at, at + LONGEST_RUN));
    start = match.index + run.length;
  }
  out.push(text.slice(start));
  return out;
}
