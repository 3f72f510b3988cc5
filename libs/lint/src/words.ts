/** Words of a name in any style, in lower case: `getUserByID`, `get_user-by.id`. */
export function splitWords(name: string): string[] {
  return name
    .slice(0, 512)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** A word without the endings that change no meaning: `invoices`, `listing`, `created`. */
export function stem(word: string): string {
  if (word.length > 5 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 5 && word.endsWith('ing')) return word.slice(0, -3).replace(/e$/, '');
  if (word.length > 4 && /(s|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2);
  if (word.length > 4 && word.endsWith('ed')) return word.slice(0, -2);
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss')) return word.slice(0, -1).replace(/e$/, '');
  return word.length > 4 ? word.replace(/e$/, '') : word;
}

const FILLERS = new Set(
  (
    'a an and any are as at be been by can do does for from has have if in into is it its may more not of on one only or ' +
    'other our such than that the their them then there these they this those to up use used uses using via was were ' +
    'what when where which while will with you your tool function method api call calls'
  ).split(' '),
);

/** Words of a text that say something, stemmed; at most the first 400. */
export function contentWords(text: string): string[] {
  return splitText(text)
    .filter((word) => word.length > 1 && !FILLERS.has(word))
    .slice(0, 400)
    .map(stem);
}

const MAX_TEXT = 8_000;

function splitText(text: string): string[] {
  return text
    .slice(0, MAX_TEXT)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
}
