// Which files are ours: everything in the working tree that is neither installed, generated nor built.
import { readdirSync } from 'node:fs';
import path from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist', 'generated', 'coverage', '.git', '.rollcall']);

/** Paths relative to `root`, with forward slashes, sorted, of all our files below `below` (default: everywhere). */
export function sourceFiles(root, below = '.') {
  const found = [];
  const pending = [path.join(root, below)];
  while (pending.length > 0) {
    const dir = pending.pop();
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      const full = path.join(dir, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) pending.push(full);
      } else if (entry.isFile()) found.push(path.relative(root, full).split(path.sep).join('/'));
    }
  }
  return found.sort();
}
