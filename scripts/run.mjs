// Child processes of the scripts.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Stop } from './say.mjs';

/** Runs a program to its end with our own output; resolves to its exit code (128 + n for a signal). */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 130 : 1)));
  });
}

/** Like {@link run}, but quiet: what the program writes goes to `log` and its end is shown only when it fails. */
export async function runQuietly(title, command, args, { log, shown = 40, ...options }) {
  mkdirSync(path.dirname(log), { recursive: true });
  const fd = openSync(log, 'w', 0o600);
  const code = await run(command, args, { ...options, stdio: ['ignore', fd, fd] }).finally(() => closeSync(fd));
  if (code === 0) return;
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-shown).join('\n');
  throw new Stop(`${lines}\n${title} failed with exit code ${code}; the whole output is in ${log}.`);
}
