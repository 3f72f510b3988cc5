/** Letters of other scripts that most fonts draw like a Latin one; the Latin letter stands first in each group. */
const GROUPS = [
  'aаɑαａ',
  'bЬＢʙ',
  'cсϲⅽｃ',
  'dԁⅾｄ',
  'eеҽｅ',
  'gɡｇ',
  'hһｈ',
  'iіιɩⅰｉ',
  'jјϳｊ',
  'kκкｋ',
  'lӏⅼｌ',
  'mмⅿｍ',
  'nոｎ',
  'oоοօｏ',
  'pрρｐ',
  'qԛｑ',
  'sѕｓ',
  'tтτｔ',
  'uυսｕ',
  'vѵνⅴｖ',
  'wԝｗ',
  'xхχⅹｘ',
  'yуγｙ',
  'zᴢｚ',
  'AАΑＡ',
  'BВΒＢ',
  'CСϹＣ',
  'EЕΕＥ',
  'HНΗＨ',
  'IІΙＩ',
  'JЈＪ',
  'KКΚＫ',
  'MМΜＭ',
  'NΝＮ',
  'OОΟＯ',
  'PРΡＰ',
  'SЅＳ',
  'TТΤＴ',
  'XХΧＸ',
  'YУΥＹ',
  'ZΖＺ',
];

const LATIN = new Map(
  GROUPS.flatMap((group) => {
    const [latin = '', ...others] = group;
    return others.map((other): [string, string] => [other, latin]);
  }),
);
const ANY = new RegExp(`[${[...LATIN.keys()].join('')}]`, 'gu');

/** The text with every letter that looks Latin replaced by the Latin one. */
export function withLatinLookalikes(text: string): string {
  return text.replace(ANY, (letter) => LATIN.get(letter) ?? letter);
}

/** Words in which Latin letters stand beside others that only look Latin; each once, in order of appearance. */
export function mixedScriptWords(text: string): string[] {
  ANY.lastIndex = 0;
  if (!ANY.test(text)) return [];
  const found = new Set<string>();
  for (const [word] of text.matchAll(/[\p{L}\p{M}]+/gu)) {
    ANY.lastIndex = 0;
    if (/[a-zA-Z]/.test(word) && ANY.test(word)) found.add(word);
  }
  return [...found];
}
