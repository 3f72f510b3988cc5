// An emoji may join its parts with U+200D; that is visible, so the joiner between two pictographs is not counted.
const EMOJI_JOINER = /(?<=\p{Extended_Pictographic}\p{Emoji_Modifier}?\uFE0F?)\u200D(?=\p{Extended_Pictographic})/gu;
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]|\u034F|\u17B4|\u17B5|[\u180B-\u180F]|[\u{E0100}-\u{E01EF}]/gu;

/**
 * Code points a person cannot see but a model reads: controls (except tab and line ends), zero width, bidirectional
 * controls, the TAG block, private use and unassigned. Each is given once, as `U+E0041`, in order of first appearance.
 */
export function invisibleCodePoints(text: string): string[] {
  const found = new Set<string>();
  for (const match of text.replace(EMOJI_JOINER, '').matchAll(INVISIBLE)) {
    if (match[0] === '\n' || match[0] === '\t' || match[0] === '\r') continue;
    found.add(`U+${(match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`);
  }
  return [...found];
}
