import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

const LIMIT_BYTES = 10 * 1024 * 1024;
const KEPT_LINES = 40;
const NOISE = /^\s*at |^Node\.js v|^\s*$|^\s*[\^}\]]/;
const TELLING = /error|cannot|refus|fail|invalid|missing|required|not a known/i;

/** The log of one child process, 10 MB and one older file of the same size at most. */
export class LogFile {
  private fd: number;
  private size: number;
  private lastLines: string[] = [];

  constructor(readonly path: string) {
    this.size = existsSync(path) ? statSync(path).size : 0;
    this.fd = openSync(path, 'a', 0o600);
  }

  write(chunk: Buffer): void {
    if (this.size + chunk.length > LIMIT_BYTES) this.rotate();
    writeSync(this.fd, chunk);
    this.size += chunk.length;
    this.lastLines = [...this.lastLines, ...chunk.toString('utf8').split('\n')].slice(-KEPT_LINES);
  }

  /** What the process said about its end: its last telling line, without stack frames. Empty when it said nothing. */
  tail(): string {
    const lines = this.lastLines.filter((line) => !NOISE.test(line)).flatMap(sentenceOf);
    return (lines.findLast((line) => TELLING.test(line)) ?? lines.at(-1) ?? '').trim().slice(0, 300);
  }

  close(): void {
    closeSync(this.fd);
  }

  private rotate(): void {
    closeSync(this.fd);
    renameSync(this.path, `${this.path}.1`);
    this.fd = openSync(this.path, 'a', 0o600);
    this.size = 0;
  }
}

/** Structured log lines count when they report an error, with their message. */
function sentenceOf(line: string): string[] {
  if (!line.startsWith('{')) return [line];
  try {
    const entry = JSON.parse(line) as { level?: unknown; msg?: unknown; err?: { message?: unknown } };
    const isError = Number(entry.level) >= 50 || entry.level === 'error' || entry.level === 'fatal';
    return isError ? [[entry.msg, entry.err?.message].filter((part) => typeof part === 'string').join(': ')] : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [line];
    throw error;
  }
}
