/** The names to look for. */
export type ToolNames = {
  /** Tools that are offered. */
  known: readonly string[];
  /** Tools that were offered once and are no longer. */
  gone: readonly string[];
  /** The server's alias: gateways show its tools as `{alias}__{tool}`. */
  alias: string | null;
};

/** A place where a text names a tool. `line` and `column` count from 1; columns are code points. */
export type Mention = {
  line: number;
  column: number;
  /** As it is written. */
  text: string;
  tool: string;
  /** False when no tool of that name is offered. */
  exists: boolean;
  /** For a name that does not exist: the offered one that is most like it. */
  suggestion: string | null;
};

/** What is looked at of one text; the rest is not. */
export const PROMPT_LIMITS = { characters: 2_000_000, mentions: 10_000, nameLength: 128 } as const;

/** A run of what names are made of: letters, digits, marks, and the signs the protocol allows inside of names. */
const WORD = /[\p{L}\p{N}\p{M}_][\p{L}\p{N}\p{M}_\-./]*/gu;
const NAME_SIGNS = /[\p{L}\p{N}\p{M}_]/u;

/**
 * Finds the tools that a prompt mentions, whole words only: `get` is not mentioned by `get_weather`. Names that do not
 * exist are found where they were offered once, or stand behind the alias of the server.
 */
export function scanPrompt(text: string, names: ToolNames): Mention[] {
  const index = new NameIndex(names);
  const lines = text.slice(0, PROMPT_LIMITS.characters).split(/\r\n|[\n\r\u2028\u2029]/u);
  const found: Mention[] = [];
  for (const [at, line] of lines.entries()) {
    for (const { start, text: written, tool } of index.in(line)) {
      if (found.length >= PROMPT_LIMITS.mentions) return found;
      const column = codePoints(line.slice(0, start)) + 1;
      const exists = index.isKnown(tool);
      found.push({
        line: at + 1,
        column,
        text: written,
        tool,
        exists,
        suggestion: exists ? null : index.nearest(tool),
      });
    }
  }
  return found;
}

type Found = { start: number; text: string; tool: string };

class NameIndex {
  private readonly known: ReadonlySet<string>;
  private readonly names: ReadonlySet<string>;
  /** Names with signs that no word has, such as spaces: searched for one by one. */
  private readonly odd: readonly string[];
  private readonly prefix: string | null;

  constructor({ known, gone, alias }: ToolNames) {
    const usable = (all: readonly string[]) =>
      all.filter((name) => name !== '' && name.length <= PROMPT_LIMITS.nameLength);
    this.known = new Set(usable(known));
    this.names = new Set([...this.known, ...usable(gone)]);
    this.odd = [...this.names].filter((name) => name.replace(WORD, '') !== '');
    this.prefix = alias === null ? null : `${alias}__`;
  }

  isKnown(tool: string): boolean {
    return this.known.has(tool);
  }

  in(line: string): Found[] {
    const words = [...line.matchAll(WORD)].flatMap((match) => this.word(match[0], match.index));
    return [...words, ...this.odd.flatMap((name) => this.occurrences(line, name))].sort((a, b) => a.start - b.start);
  }

  /** A word as it stands, without the full stop of a sentence, or in its parts: `payments.charge`, `tools/charge`. */
  private word(word: string, start: number): Found[] {
    const trimmed = word.replace(/[-./]+$/u, '');
    const whole = this.read(trimmed);
    if (whole !== null) return [{ start, text: trimmed, tool: whole }];
    const out: Found[] = [];
    let at = start;
    for (const part of trimmed.split(/(?=[./])|(?<=[./])/u)) {
      const tool = /^[./]$/u.test(part) ? null : this.read(part);
      if (tool !== null) out.push({ start: at, text: part, tool });
      at += part.length;
    }
    return out;
  }

  private read(word: string): string | null {
    if (this.names.has(word)) return word;
    if (this.prefix === null || !word.startsWith(this.prefix) || word.length === this.prefix.length) return null;
    return word.slice(this.prefix.length);
  }

  private occurrences(line: string, name: string): Found[] {
    const out: Found[] = [];
    for (let at = line.indexOf(name); at !== -1; at = line.indexOf(name, at + name.length)) {
      const before = lastCodePoint(line.slice(Math.max(0, at - 2), at));
      const after = String.fromCodePoint(line.codePointAt(at + name.length) ?? 32);
      const first = String.fromCodePoint(name.codePointAt(0) ?? 32);
      const inWord = NAME_SIGNS.test(before) && NAME_SIGNS.test(first);
      const goesOn = NAME_SIGNS.test(after) && NAME_SIGNS.test(lastCodePoint(name));
      if (!inWord && !goesOn) out.push({ start: at, text: name, tool: name });
    }
    return out;
  }

  /** The known name with the fewest differing letters, when it is alike enough to be meant. */
  nearest(tool: string): string | null {
    let best: { name: string; distance: number } | null = null;
    for (const name of this.known) {
      const most = Math.min(
        best?.distance ?? Number.POSITIVE_INFINITY,
        Math.ceil(Math.max(name.length, tool.length) / 3),
      );
      if (Math.abs(name.length - tool.length) > most) continue;
      const distance = editDistance([...tool], [...name]);
      if (distance <= most && (best === null || distance < best.distance)) best = { name, distance };
    }
    return best?.name ?? null;
  }
}

function codePoints(text: string): number {
  return [...text].length;
}

function lastCodePoint(text: string): string {
  return [...text].at(-1) ?? ' ';
}

function editDistance(a: readonly string[], b: readonly string[]): number {
  let row = [...Array(b.length + 1).keys()];
  for (const [i, one] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + Number(one !== other)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
