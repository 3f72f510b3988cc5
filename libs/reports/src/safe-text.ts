/** What moves a cursor, reorders, hides or joins text: controls, formats, private use, unassigned, lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]|\u034F|[\u180B-\u180F]/gu;
const MAX_TEXT = 2_000;

/** A text from outside on one line, with everything a person would not see written out as `\u{...}`, and cut to a length. */
export function oneLine(text: string, max = MAX_TEXT): string {
  // cut first: a megabyte of hostile text is not worth a regular expression
  const line = text
    .slice(0, max * 4)
    .replace(/[\s\u0085]+/g, ' ')
    .trim();
  const seen = line.replace(INVISIBLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
  return seen.length <= max && text.length <= max * 4 ? seen : `${wholePoints(seen.slice(0, max - 1))}…`;
}

/** Without half of a surrogate pair at its end. */
function wholePoints(text: string): string {
  return text.replace(/[\uD800-\uDBFF]$/, '');
}
