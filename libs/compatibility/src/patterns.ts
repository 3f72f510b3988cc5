const MAX_PATTERN = 512;

/**
 * True when running the pattern on a short text is certainly cheap: no repeated group that itself repeats or branches
 * (the shape behind exponential backtracking), no back references, no look-around.
 */
export function isCheapPattern(pattern: string): boolean {
  if (pattern.length > MAX_PATTERN || /\\[1-9k]|\(\?[=!<]/.test(pattern)) return false;
  const plain = pattern.replace(/\\u\{[0-9a-fA-F]+\}|\\[pP]\{[^}]*\}|\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
  const open: boolean[] = [];
  let unbounded = 0;
  for (let at = 0; at < plain.length; at++) {
    const char = plain[at];
    if (char === '(') open.push(false);
    else if (char === '|' && open.length > 0) open[open.length - 1] = true;
    else if (isQuantifier(plain, at)) {
      unbounded++;
      if (open.length > 0) open[open.length - 1] = true;
    } else if (char === ')') {
      const risky = open.pop() ?? false;
      if (risky && isQuantifier(plain, at + 1)) return false;
      if (risky && open.length > 0) open[open.length - 1] = true;
    }
  }
  return unbounded <= 8;
}

function isQuantifier(text: string, at: number): boolean {
  const char = text[at];
  if (char === '*' || char === '+') return true;
  return (
    char === '{' && /^\{\d+(,\d*)?\}/.test(text.slice(at, at + 16)) && !/^\{[01]?(,1)?\}/.test(text.slice(at, at + 16))
  );
}

const MAX_KEPT = 256;
const compiled = new Map<string, RegExp>();

/** The compiled pattern, or null when running it is not certainly cheap; the same patterns are asked for again and again. */
export function cheapPattern(pattern: string): RegExp | null {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  if (!isCheapPattern(pattern)) return null;
  if (compiled.size >= MAX_KEPT) compiled.clear();
  const regex = new RegExp(pattern, 'u');
  compiled.set(pattern, regex);
  return regex;
}
