import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const IMPORTS = /(?:from|import\() ?'([^']+)'/g;

/** Every file of ours that a file can load, types or not, now or later. */
function reachable(start: readonly string[]): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const pending = [...start];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const [, name = ''] of readFileSync(path.join(ROOT, file), 'utf8').matchAll(IMPORTS)) {
      const lib = /^@rollcall\/([a-z-]+)$/.exec(name)?.[1];
      if (lib !== undefined) pending.push(`libs/${lib}/src/index.ts`);
      else if (name.startsWith('.')) pending.push(path.join(path.dirname(file), name.replace(/\.js$/, '.ts')));
      else packages.add(name);
    }
  }
  return { files, packages };
}

const sourcesOf = (folder: string): string[] =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => path.join(folder, file));

describe('the table of tokens', () => {
  it('is out of reach of the gateway', () => {
    const { files, packages } = reachable(sourcesOf('apps/gateway/src'));
    expect(files.size).toBeGreaterThan(50);
    expect([...packages].filter((name) => name.startsWith('gpt-tokenizer'))).toEqual([]);
    expect([...files].filter((file) => file.startsWith('libs/lint/'))).toEqual([]);
  });

  it('is loaded on demand, in one place', () => {
    const { files } = reachable(['libs/lint/src/index.ts']);
    const loads = [...files].filter((file) => readFileSync(path.join(ROOT, file), 'utf8').includes('gpt-tokenizer'));
    expect(loads).toEqual(['libs/lint/src/token-counter.ts']);
    expect(readFileSync(path.join(ROOT, loads[0] ?? ''), 'utf8')).toContain("await import('gpt-tokenizer");
  });
});
