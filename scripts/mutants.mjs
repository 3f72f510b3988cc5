#!/usr/bin/env node
// npm run mutants [-- WORD]: deletes each security check of test/mutants/checks.json in a copy and runs the specs that
// must notice. A check whose deletion fails no test is a survivor, and the command fails.
import './require-node.mjs';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const word = process.argv[2] ?? '';
const mutants = JSON.parse(readFileSync(path.join(root, 'test/mutants/checks.json'), 'utf8'));
const copy = mkdtempSync(path.join(tmpdir(), 'rollcall-mutants-'));
let survivors = 0;
try {
  for (const name of [
    'apps',
    'libs',
    'prisma',
    'tools',
    'test',
    'package.json',
    'jest.config.mjs',
    'tsconfig.json',
    'prisma.config.ts',
  ])
    cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  for (const mutant of mutants.filter(({ check }) => check.includes(word))) {
    const file = path.join(copy, mutant.file);
    const original = readFileSync(file, 'utf8');
    if (!original.includes(mutant.find)) {
      survivors++;
      console.log(`STALE     ${mutant.check}: ${mutant.file} no longer contains the check as listed`);
      continue;
    }
    writeFileSync(
      file,
      original.replace(mutant.find, () => mutant.replace),
    );
    const jest = path.join(root, 'node_modules/jest/bin/jest.js');
    const run = spawnSync(process.execPath, [jest, ...mutant.specs, '--rootDir', copy, '--bail', '--maxWorkers', '2'], {
      cwd: copy,
      env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' },
      encoding: 'utf8',
    });
    writeFileSync(file, original);
    // a run that found no test, or that could not compile, has noticed nothing
    const noticed = /Tests:.*\d+ failed/.test(run.stderr);
    if (!noticed) survivors++;
    console.log(`${noticed ? 'noticed  ' : 'SURVIVED '} ${mutant.check}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${survivors} survivors`);
process.exitCode = survivors === 0 ? 0 : 1;
