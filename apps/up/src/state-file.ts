import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { errorCode } from './error-code.js';

/** Writes JSON that only we may read; the file appears whole or not at all. */
export function writeState(file: string, content: unknown): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

/** What {@link writeState} wrote, undefined when there is no file, `damaged` when it holds no JSON object. */
export function readState<T extends object>(file: string): T | undefined | 'damaged' {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null ? (content as T) : 'damaged';
  } catch (error) {
    if (error instanceof SyntaxError) return 'damaged';
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
