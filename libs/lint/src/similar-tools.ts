import { withLatinLookalikes } from '@rollcall/compatibility';
import { contentWords, splitWords, stem } from './words.js';

/** A tool as it is compared with others: its name and everything it says. */
export type ToolWording = { name: string; text: string };

/** Words of a tool with how often each is said. */
type Terms = ReadonlyMap<string, number>;

function termsOf({ name, text }: ToolWording): Terms {
  const counts = new Map<string, number>();
  for (const word of [...splitWords(name).map(stem), ...contentWords(text)])
    counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** How alike two sets of weighted words are: the cosine of the angle between them, 0 to 1. */
function cosine(a: Vector, b: Vector): number {
  if (a.length === 0 || b.length === 0) return 0;
  const [small, large] = a.weights.size <= b.weights.size ? [a, b] : [b, a];
  let sum = 0;
  for (const [word, weight] of small.weights) sum += weight * (large.weights.get(word) ?? 0);
  return Math.min(1, Math.max(0, sum / (a.length * b.length)));
}

type Vector = { weights: Terms; length: number };

function vectorOf(terms: Terms, weightOf: (word: string) => number): Vector {
  const weights = new Map<string, number>();
  let square = 0;
  for (const [word, count] of terms) {
    const weight = (1 + Math.log(count)) * weightOf(word);
    weights.set(word, weight);
    square += weight * weight;
  }
  return { weights, length: Math.sqrt(square) };
}

/** What is left of a name for the eye: no case, no separators, one letter for all that look like it. */
export function nameSkeleton(name: string): string {
  return withLatinLookalikes(name)
    .replace(/[\s_.\-/]+/g, '')
    .toLowerCase()
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/[1il|]/g, 'l')
    .replace(/0/g, 'o')
    .replace(/5/g, 's');
}

/** The words of a name in one style: `getUser` and `get_user` are the same name. */
export function nameKey(name: string): string {
  return splitWords(name).join('_');
}

const MAX_NAME = 128;

/** Edits from one text to the other, two neighbours swapped counting as one. */
function distance(left: string, right: string): number {
  const [a, b] = [left.slice(0, MAX_NAME), right.slice(0, MAX_NAME)];
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}

/**
 * True when one name passes for the other without being it: the same to the eye, or one slip of the fingers in a long word.
 * Plurals, numbers and other verbs are different names that people mean.
 */
export function confusableNames(a: string, b: string): boolean {
  if (nameKey(a) === nameKey(b)) return false;
  if (nameSkeleton(a) === nameSkeleton(b)) return splitWords(a).join('') !== splitWords(b).join('');
  const [one, other] = [splitWords(a), splitWords(b)];
  if (one.length !== other.length) return false;
  const unlike = one.flatMap((word, index) => (word === other[index] ? [] : [[word, other[index] ?? ''] as const]));
  const [pair] = unlike;
  if (pair === undefined || unlike.length > 1) return false;
  const [x, y] = pair;
  const long = Math.min(x.length, y.length) >= 6;
  return (
    long && stem(x) !== stem(y) && !/\d/.test(x + y) && x[0] === y[0] && x.length === y.length && distance(x, y) === 1
  );
}

/** Words that are rare among the tools count more (TF-IDF); built once, asked often. */
export class WordingIndex<T extends ToolWording> {
  private readonly documents: { item: T; terms: Terms }[] = [];
  private readonly postings = new Map<string, number[]>();
  private vectors: Vector[] | null = null;

  constructor(items: Iterable<T>) {
    for (const item of items) this.add(item);
  }

  get size(): number {
    return this.documents.length;
  }

  /** The items that read like this one, from `least` upwards, the most alike first. */
  alike(wording: ToolWording, least: number, accept: (item: T) => boolean): { item: T; score: number }[] {
    const vectors = this.prepared();
    const asked = vectorOf(termsOf(wording), (word) => this.weight(word));
    const found: { item: T; score: number }[] = [];
    for (const index of this.candidates(asked, least)) {
      const document = this.documents[index];
      const vector = vectors[index];
      if (document === undefined || vector === undefined || !accept(document.item)) continue;
      const score = cosine(asked, vector);
      if (score >= least) found.push({ item: document.item, score });
    }
    return found.sort((a, b) => b.score - a.score);
  }

  private add(item: T): void {
    const terms = termsOf(item);
    for (const word of terms.keys()) {
      const list = this.postings.get(word);
      if (list === undefined) this.postings.set(word, [this.documents.length]);
      else list.push(this.documents.length);
    }
    this.documents.push({ item, terms });
  }

  private prepared(): Vector[] {
    this.vectors ??= this.documents.map(({ terms }) => vectorOf(terms, (word) => this.weight(word)));
    return this.vectors;
  }

  private weight(word: string): number {
    return Math.log(1 + (this.documents.length + 1) / ((this.postings.get(word)?.length ?? 0) + 1));
  }

  /**
   * Documents that can reach the score: whoever shares none of the rarest words cannot, as soon as the rest of the words
   * weigh less than the score asks for (Cauchy-Schwarz).
   */
  private candidates(asked: Vector, least: number): Set<number> {
    const rarest = [...asked.weights].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    let rest = asked.length * asked.length;
    const out = new Set<number>();
    for (const [word, weight] of rarest) {
      if (Math.sqrt(Math.max(rest, 0)) < least * asked.length) break;
      for (const index of this.postings.get(word) ?? []) out.add(index);
      rest -= weight * weight;
    }
    return out;
  }
}
