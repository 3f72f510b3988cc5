#!/usr/bin/env node
// npm run mutants [-- WORD ...]: deletes each security check of test/mutants/checks.json (or those named by a word) in a
// copy and runs the specs that must notice. A check whose deletion fails no test is a survivor, and the command fails; so it does when the specs of a
// check fail before anything is deleted, because then they say nothing.
import './require-node.mjs';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const words = process.argv.slice(2);
const listed = JSON.parse(readFileSync(path.join(root, 'test/mutants/checks.json'), 'utf8'));
const mutants = listed.filter(({ check }) => words.length === 0 || words.some((word) => check.includes(word)));
const copy = mkdtempSync(path.join(tmpdir(), 'rollcall-mutants-'));
const WHOLE = ['apps', 'libs', 'prisma', 'tools', 'test', 'scripts', 'docs'];
const FILES = ['package.json', 'jest.config.mjs', 'tsconfig.json', 'prisma.config.ts', 'README.md', 'CONTRIBUTING.md'];
const sound = new Map();
let survivors = 0;

/** Runs specs in the copy. What could not compile, or found no test, neither passed nor failed. */
function outcomeOf(specs) {
  const jest = path.join(root, 'node_modules/jest/bin/jest.js');
  const run = spawnSync(process.execPath, [jest, ...specs, '--rootDir', copy, '--bail', '--maxWorkers', '2'], {
    cwd: copy,
    env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' },
    encoding: 'utf8',
  });
  if (/Tests:.*\d+ failed/.test(run.stderr)) return 'failed';
  return run.status === 0 && /Tests:.*\d+ passed/.test(run.stderr) ? 'passed' : 'broken';
}

/** The same specs guard several checks: they are run once as they are. */
function isSound(specs) {
  const key = specs.join(' ');
  if (!sound.has(key)) sound.set(key, outcomeOf(specs) === 'passed');
  return sound.get(key);
}

function verdictOf(mutant) {
  const file = path.join(copy, mutant.file);
  const original = readFileSync(file, 'utf8');
  if (!original.includes(mutant.find)) return `STALE     ${mutant.file} no longer contains the check as listed`;
  if (!isSound(mutant.specs)) return 'UNSOUND   its specs do not pass as they are';
  // every place: a check that is asked twice is deleted twice
  writeFileSync(
    file,
    original.replaceAll(mutant.find, () => mutant.replace),
  );
  const outcome = outcomeOf(mutant.specs);
  writeFileSync(file, original);
  return outcome === 'failed'
    ? 'noticed'
    : outcome === 'passed'
      ? 'SURVIVED'
      : 'BROKEN    the specs do not run with it';
}

try {
  for (const name of [...WHOLE, ...FILES]) cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  for (const mutant of mutants) {
    const verdict = verdictOf(mutant);
    if (verdict !== 'noticed') survivors++;
    console.log(`${mutant.check}: ${verdict}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${survivors} survivors`);
process.exitCode = survivors === 0 ? 0 : 1;
