/** Marks around a piece of text; a private-use pair, turned into colour or nothing by {@link render}. */
const MARKS = { bold: '\uE001', red: '\uE002', green: '\uE003', yellow: '\uE004', dim: '\uE005' } as const;
const END = '\uE000';
const CODES: Record<string, number> = { '\uE001': 1, '\uE002': 31, '\uE003': 32, '\uE004': 33, '\uE005': 2 };

const mark = (start: string) => (text: string) => `${start}${text}${END}`;

/** Emphasis for terminals. Where there is no colour the words alone must say the same. */
export const bold = mark(MARKS.bold);
/** For what is wrong. */
export const red = mark(MARKS.red);
/** For what is well. */
export const green = mark(MARKS.green);
/** For what a person should look at. */
export const yellow = mark(MARKS.yellow);
/** For what can be skipped. */
export const dim = mark(MARKS.dim);

/** Everything that moves the cursor, reorders or hides text: C0 and C1 controls, bidi controls, zero-width characters. */
const UNSAFE = /[\p{Cc}\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu;
/** A runner of GitHub obeys a line of the log that begins like this, and `##[` anywhere in a line. */
const COMMAND = /^(\s*)::/gm;
const MARK = /[\uE000-\uE005]/g;

/** A value from outside on one line: a server must not be able to forge lines of our output. */
export function inline(text: string): string {
  return text.replace(MARK, '').replace(/\s+/g, ' ').trim();
}

/**
 * The last step before a terminal: what is not a printable character becomes visible, so that a description cannot
 * repaint the screen or hide a verdict; then our own marks become colours, or nothing.
 */
export function render(text: string, colour: boolean): string {
  const visible = text.replace(UNSAFE, (char) => (char === '\n' ? char : `\\u{${char.codePointAt(0)?.toString(16)}}`));
  const coloured = visible.replace(MARK, (char) => (colour ? `\u001B[${CODES[char] ?? 0}m` : ''));
  return coloured.replace(COMMAND, '$1:\\:').replaceAll('##[', '#\\#[');
}

/** Whether to colour: a terminal, no NO_COLOR (https://no-color.org), not dumb. */
export function wantsColour(io: { terminal: boolean; env: Readonly<Record<string, string | undefined>> }): boolean {
  return io.terminal && !io.env['NO_COLOR'] && io.env['TERM'] !== 'dumb';
}
