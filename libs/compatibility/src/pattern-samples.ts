import { isCheapPattern } from './patterns.js';

/** Texts that commonly used patterns accept or refuse; every use of them is verified. */
const POOL = [
  '',
  'a',
  'A',
  '0',
  '-',
  '_',
  ' ',
  'aa',
  'ab1',
  'Ab-1',
  'a.b',
  'a/b',
  'é',
  '12',
  '123',
  '0000',
  'a@b.co',
  'http://a.b',
  '2020-01-01',
];

const FORMAT_SAMPLES: Record<string, readonly string[]> = {
  date: ['2020-01-01'],
  'date-time': ['2020-01-01T00:00:00Z'],
  time: ['00:00:00Z'],
  duration: ['P1D'],
  email: ['a@b.co'],
  hostname: ['a.example'],
  ipv4: ['127.0.0.1'],
  ipv6: ['::1'],
  uri: ['http://a.example/'],
  'uri-reference': ['/a'],
  url: ['http://a.example/'],
  uuid: ['00000000-0000-4000-8000-000000000000'],
  regex: ['a'],
  'json-pointer': ['/a'],
  byte: ['YQ=='],
};

/** Texts worth trying where these patterns and formats apply. */
export function textSamples(patterns: readonly string[], formats: readonly string[]): string[] {
  const fromFormats = formats.flatMap((format) =>
    Object.hasOwn(FORMAT_SAMPLES, format) ? (FORMAT_SAMPLES[format] ?? []) : [],
  );
  return [...fromFormats, ...patterns.flatMap(patternSamples), ...POOL];
}

/** A few texts the pattern probably accepts: shortest repetition, one more, and the other branches. */
export function patternSamples(pattern: string): string[] {
  if (!isCheapPattern(pattern)) return [];
  return [0, 1, 2, 3].map((turn) => new PatternReader(pattern, turn).read()).filter((text) => text !== undefined);
}

/** Reads the subset of regular expressions that tool schemas use and writes one matching text per turn. */
class PatternReader {
  private at = 0;
  private failed = false;

  constructor(
    private readonly pattern: string,
    private readonly turn: number,
  ) {}

  read(): string | undefined {
    const text = this.alternatives();
    return this.failed || this.at < this.pattern.length ? undefined : text;
  }

  private alternatives(): string {
    const branches = [this.sequence()];
    while (this.take('|')) branches.push(this.sequence());
    return branches[this.turn % branches.length] ?? '';
  }

  private sequence(): string {
    let out = '';
    while (this.at < this.pattern.length && this.pattern[this.at] !== '|' && this.pattern[this.at] !== ')') {
      const atom = this.atom();
      out += atom.repeat(this.repetition());
      if (this.failed || out.length > 512) return out;
    }
    return out;
  }

  private atom(): string {
    const char = this.pattern[this.at++] ?? '';
    if (char === '^' || char === '$') return '';
    if (char === '.') return 'a';
    if (char === '\\') return this.escape();
    if (char === '[') return this.characters();
    if (char !== '(') return char;
    if (this.take('?') && !this.take(':')) this.failed = true;
    const inner = this.alternatives();
    if (!this.take(')')) this.failed = true;
    return inner;
  }

  private escape(): string {
    const char = this.pattern[this.at++] ?? '';
    const classes: Record<string, string> = { d: '0', w: 'a', s: ' ', D: 'a', W: '-', S: 'a', n: '\n', t: '\t', b: '' };
    if (/[pPuxc]/.test(char)) this.failed = true;
    return Object.hasOwn(classes, char) ? (classes[char] ?? '') : char;
  }

  private characters(): string {
    const end = this.pattern.indexOf(']', this.at + 1);
    if (end < 0) {
      this.failed = true;
      return '';
    }
    const source = this.pattern.slice(this.at - 1, end + 1);
    this.at = end + 1;
    const members = [...'a0A-_ .zZ9bB1/@é'].filter((char) => matches(source, char));
    const literal = source[1] === '\\' ? undefined : source[1];
    return members[this.turn % Math.max(1, members.length)] ?? literal ?? '';
  }

  private repetition(): number {
    let count = 1;
    if (this.take('*') || this.take('?')) count = this.turn % 2;
    else if (this.take('+')) count = 1 + (this.turn % 3);
    else {
      const range = /^\{(\d+)(,(\d*))?\}/.exec(this.pattern.slice(this.at, this.at + 20));
      if (range !== null) {
        this.at += range[0].length;
        const min = Number(range[1]);
        const max = range[2] === undefined ? min : Number(range[3] || min + 2);
        count = Math.min(this.turn % 2 === 0 ? min : max, 256);
      }
    }
    this.take('?');
    return count;
  }

  private take(char: string): boolean {
    if (this.pattern[this.at] !== char) return false;
    this.at++;
    return true;
  }
}

function matches(source: string, char: string): boolean {
  try {
    return new RegExp(`^${source}$`, 'u').test(char);
  } catch (cause) {
    if (cause instanceof SyntaxError) return false;
    throw cause;
  }
}
