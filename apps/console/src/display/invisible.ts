/**
 * Text of servers is hostile until proven otherwise: bidi controls reorder what a reviewer reads, and invisible code
 * points carry instructions only a model sees (Unicode Technical Standard 39). Line feed and tab stay: they are layout.
 */
const unseen =
  /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{2800}\u{00A0}\u{3000}]/gu;

export type TextPiece = { text: string; escaped: boolean };

const escapeOne = (character: string): string =>
  `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}}`;

/** Splits text into what can be shown as it is and what is shown as `\u{202E}`. */
export function piecesOf(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let from = 0;
  for (const match of text.matchAll(unseen)) {
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), escaped: false });
    pieces.push({ text: escapeOne(match[0]), escaped: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), escaped: false });
  return pieces;
}

/** The same as one string, for attributes and titles. */
export const escapeInvisible = (text: string): string =>
  piecesOf(text)
    .map((piece) => piece.text)
    .join('');
