/** Descriptions in lists; the whole text is where one thing is asked for. */
const MAX_SNIPPET = 400;

/** The beginning of a longer text, never with half a character at its end. */
export function snippet(text: string | null): string | null {
  if (text === null || text.length <= MAX_SNIPPET) return text;
  const cut = text.slice(0, MAX_SNIPPET);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
