import type { Report, ReportFinding } from './report.js';

/** A value of a JSON text with the line it begins on; that of a member of an object is the line of its key. */
type Place = { line: number; fields: Map<string, Place>; items: Place[]; text: string | null };

/** Longer texts are not worth the memory of an index: findings then point at the first line. */
const MAX_TEXT = 8 * 1024 * 1024;

/**
 * A report whose findings know their line in the file they point at: the line of the place itself, or of what is left of
 * the way to it. Text that is no JSON, or holds no tools, changes nothing.
 */
export function withLines(report: Report, text: string): Report {
  const root = text.length > MAX_TEXT ? null : new JsonPlaces(text).read();
  if (root === null) return report;
  const tools = toolPlaces(root);
  const findings = report.findings.map((finding) => {
    const line = lineOf(finding, finding.tool === null ? root : tools.get(finding.tool));
    return line === null ? finding : { ...finding, line };
  });
  return { ...report, findings };
}

function lineOf({ path }: ReportFinding, start: Place | undefined): number | null {
  if (start === undefined) return null;
  let place = start;
  for (const segment of path.startsWith('/') ? path.slice(1).split('/') : []) {
    const word = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    const next = place.fields.get(word) ?? (/^\d{1,6}$/.test(word) ? place.items[Number(word)] : undefined);
    if (next === undefined) break;
    place = next;
  }
  return place.line;
}

/** Definitions by name, in every shape that a contract is read from. */
function toolPlaces(root: Place): Map<string, Place> {
  const inner = [root, root.fields.get('result'), root.fields.get('data')];
  const lists = inner.flatMap((place) => [place?.fields.get('tools'), place?.fields.get('members')]);
  const tools = new Map<string, Place>();
  for (const item of lists.flatMap((list) => list?.items ?? [])) {
    const kind = item.fields.get('kind')?.text ?? 'tool';
    const definition = item.fields.get('definition') ?? item;
    const name = definition.fields.get('name')?.text;
    if (kind === 'tool' && name != null && !tools.has(name)) tools.set(name, definition);
  }
  return tools;
}

/** Reads JSON for its places only; gives up on the first thing it does not know. */
class JsonPlaces {
  private at = 0;
  private line = 1;

  constructor(private readonly text: string) {}

  read(): Place | null {
    try {
      return this.value(0);
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }

  private value(depth: number): Place {
    if (depth > 500) throw new SyntaxError('too deep');
    this.space();
    const place: Place = { line: this.line, fields: new Map(), items: [], text: null };
    const char = this.text.charAt(this.at);
    if (char === '{') this.members('}', () => this.field(place, depth));
    else if (char === '[') this.members(']', () => place.items.push(this.value(depth + 1)));
    else if (char === '"') place.text = this.string();
    else this.scalar();
    return place;
  }

  private members(end: string, read: () => void): void {
    this.at++;
    for (this.space(); this.text.charAt(this.at) !== end; this.space()) {
      if (this.text.charAt(this.at) === ',') this.at++;
      read();
      this.space();
      if (!`,${end}`.includes(this.text.charAt(this.at)) || this.at >= this.text.length)
        throw new SyntaxError('no end');
    }
    this.at++;
  }

  private field(into: Place, depth: number): void {
    this.space();
    const { line } = this;
    const key = this.string();
    this.space();
    if (this.text.charAt(this.at++) !== ':') throw new SyntaxError('no colon');
    into.fields.set(key, { ...this.value(depth + 1), line });
  }

  private string(): string {
    const match = this.take(/"(?:[^"\\\n]|\\.)*"/y);
    return JSON.parse(match) as string;
  }

  private scalar(): void {
    this.take(/[-+.\w]+/y);
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [match] = pattern.exec(this.text) ?? [];
    if (match === undefined) throw new SyntaxError('not JSON');
    this.at += match.length;
    return match;
  }

  private space(): void {
    for (; /[\s\uFEFF]/.test(this.text.charAt(this.at)); this.at++) if (this.text.charAt(this.at) === '\n') this.line++;
  }
}
