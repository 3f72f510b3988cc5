// Is a step's result still good? Decided by content, never by time: a checkout, a copy and a touch keep times that lie.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** SHA-256 over the names and contents of `files` (relative to `root`); a missing file counts as missing. */
export function fingerprint(root, files, salt = []) {
  const hash = createHash('sha256');
  for (const part of salt) hash.update(`${part}\0`);
  for (const file of [...files].sort()) {
    const full = path.join(root, file);
    const content = existsSync(full) ? createHash('sha256').update(readFileSync(full)).digest('hex') : 'missing';
    hash.update(`${file}\0${content}\0`);
  }
  return hash.digest('hex');
}

/** The stamps of all steps: `{ [step]: { fingerprint, outputs } }`. Unreadable or half-written means none. */
export function readStamps(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || error.code === 'ENOENT') return {};
    throw error;
  }
}

/** Appears whole or not at all. */
export function writeStamps(file, stamps) {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(stamps, undefined, 1));
  renameSync(draft, file);
}
