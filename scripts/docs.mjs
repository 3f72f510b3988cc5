#!/usr/bin/env node
// npm run docs: writes the generated pages of docs anew. Each has a spec that compares it with its source and writes it
// instead when DOCS=write; this finds those specs and runs them.
import './require-node.mjs';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './run.mjs';
import { entry, Stop } from './say.mjs';
import { sourceFiles } from './source-files.mjs';

await entry(async () => {
  const root = path.resolve(import.meta.dirname, '..');
  const writes = (file) =>
    file.endsWith('.spec.ts') &&
    readFileSync(path.join(root, file), 'utf8').includes("process.env['DOCS'] === 'write'");
  const specs = sourceFiles(root).filter(writes);
  if (specs.length === 0) throw new Stop('No spec writes a page.', 1);
  process.chdir(root);
  return run(process.execPath, ['node_modules/jest/bin/jest.js', ...specs, '--testNamePattern', 'npm run docs'], {
    env: { ...process.env, DOCS: 'write', NODE_OPTIONS: '--experimental-vm-modules --no-warnings' },
  });
});
