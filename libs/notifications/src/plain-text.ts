/**
 * Characters that change how a line looks without being seen: bidirectional controls (they can show a name backwards),
 * zero-width and other format characters, tags, variation selectors, and controls.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Variation_Selector}\u115F\u1160\u17B4\u17B5\u3164\uFFA0]/gu;

/** One line of what a stranger may have typed: nothing unseen, no line breaks, at most `limit` characters. */
export function plainLine(text: string, limit = 300): string {
  const line = text
    .slice(0, limit * 4)
    .replace(/[\s\u2028\u2029]+/gu, ' ')
    .replace(UNSEEN, '')
    .trim();
  const characters = [...line];
  return characters.length <= limit ? line : `${characters.slice(0, limit - 1).join('')}…`;
}

/** Slack reads `&`, `<` and `>` as markup: links and mentions can only be written with them. */
export function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** At most `bytes` bytes of UTF-8, without characters that a database or a terminal takes for something else. */
export function excerptOf(received: Uint8Array, bytes: number): string {
  const text = new TextDecoder().decode(received).replace(/[\p{Cc}\p{Cs}]/gu, ' ');
  const encoder = new TextEncoder();
  let end = Math.min(text.length, bytes);
  while (encoder.encode(text.slice(0, end)).byteLength > bytes) end--;
  return text.slice(0, end).replace(/\p{Cs}$/u, '');
}
