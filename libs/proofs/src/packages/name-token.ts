const MARK = 'mcp-name:';

/**
 * True when the text says `mcp-name: NAME` with exactly this name: what follows must not go on as a name would, so that
 * `com.acme/pay` is not found in `mcp-name: com.acme/pay-later`.
 */
export function namesServer(text: string, serverName: string): boolean {
  for (let at = text.indexOf(MARK); at >= 0; at = text.indexOf(MARK, at + MARK.length)) {
    if (at > 0 && /[\w-]/.test(text[at - 1] ?? '')) continue;
    let start = at + MARK.length;
    while (text[start] === ' ' || text[start] === '\t') start++;
    if (!text.startsWith(serverName, start)) continue;
    const rest = text.slice(start + serverName.length, start + serverName.length + 2);
    // a full stop ends a sentence, unless the name goes on behind it
    if (!/^(?:[\p{L}\p{N}_\-/]|\.[\p{L}\p{N}_\-./])/u.test(rest)) return true;
  }
  return false;
}

/** What a reader of rendered HTML sees: comments, scripts, styles and tags are gone. Linear in the length of the text. */
export function visibleText(html: string): string {
  const shown = without(without(without(html, '<!--', '-->'), '<script', '</script'), '<style', '</style');
  return without(shown, '<', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#x2F;', '/')
    .replaceAll('&#47;', '/')
    .replaceAll('&amp;', '&');
}

/** Cuts out everything from `open` to `close`; what is never closed hides the rest. */
function without(text: string, open: string, close: string): string {
  const lower = text.toLowerCase();
  const kept: string[] = [];
  let from = 0;
  for (;;) {
    const start = lower.indexOf(open, from);
    if (start < 0) break;
    kept.push(text.slice(from, start), ' ');
    const end = lower.indexOf(close, start + open.length);
    if (end < 0) return kept.join('');
    from = end + close.length;
  }
  return kept.join('') + text.slice(from);
}
