#!/usr/bin/env node
// No source file is longer than 400 lines: what grows beyond that has two jobs, and nobody reads it whole.
import { readFileSync } from 'node:fs';
import { sourceFiles } from './source-files.mjs';

export const MAX_LINES = 400;

/** `[{ file, lines }]` of the files in `files` (relative to `root`) that are too long. */
export function tooLong(root, files) {
  return files
    .filter((file) => /\.(ts|tsx|mts|cts|mjs|cjs|js|css)$/.test(file))
    .map((file) => ({ file, lines: lineCount(readFileSync(`${root}/${file}`, 'utf8')) }))
    .filter(({ lines }) => lines > MAX_LINES);
}

function lineCount(text) {
  const breaks = text.split('\n').length;
  return text.endsWith('\n') ? breaks - 1 : breaks;
}

if (import.meta.filename === process.argv[1]) {
  const root = process.argv[2] ?? process.cwd();
  const findings = tooLong(root, sourceFiles(root));
  for (const { file, lines } of findings)
    console.error(`${file}: ${lines} lines, at most ${MAX_LINES} are allowed. Split it by job.`);
  console.log(findings.length === 0 ? 'File sizes: clean.' : `File sizes: ${findings.length} too long.`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
