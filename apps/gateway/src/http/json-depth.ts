/** True when no bracket of `text` is nested deeper than `limit`; brackets inside strings do not count. */
export function nestingWithin(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 92) i++;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 123 || code === 91) {
      if (++depth > limit) return false;
    } else if (code === 125 || code === 93) depth--;
  }
  return true;
}
