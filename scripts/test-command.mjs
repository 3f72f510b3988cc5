// The parts of `npm test`, in an order in which the cheap ones speak first. Each check counts one, each test counts one.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from './build-steps.mjs';
import { installWhenStale } from './install.mjs';
import { countTests } from './jest-report.mjs';
import { run } from './run.mjs';
import { entry, Stop, say } from './say.mjs';

const root = path.resolve(import.meta.dirname, '..');
const reports = path.join(root, 'coverage', 'reports');
const bin = (name) => path.join(root, 'node_modules', name);
const JEST = { NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };

/** One program is one check: it passes with exit code 0. */
const checks = {
  lint: [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'],
  sizes: ['scripts/check-sizes.mjs'],
  rules: ['scripts/check-house-rules.mjs'],
  types: [bin('typescript/bin/tsc'), '--noEmit'],
  'console types': [bin('typescript/bin/tsc'), '--noEmit', '-p', 'apps/console/tsconfig.json'],
  architecture: [
    bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    ...['apps', 'libs', 'bench', 'test', '--config', '.dependency-cruiser.cjs'],
  ],
};

/** Suites start the product as it is built and load the machine: they run after everything else. */
const tests = {
  specs: ['--testPathIgnorePatterns', '/node_modules/', '/dist/', '/test/suites/'],
  // it installs packages of other people anew: run by hand, npm run suite -- recorded-contracts
  suites: ['test/suites', '--testPathIgnorePatterns', '/node_modules/', '/dist/', '/recorded-contracts/'],
};

/** `npm test`, or only the parts that are named. */
export function testCommand(names) {
  return entry(async () => {
    const known = [...Object.keys(checks), 'build', ...Object.keys(tests)];
    const unknown = names.find((name) => !known.includes(name));
    if (unknown) throw new Stop(`There is no part "${unknown}". Parts: ${known.join(', ')}`, 2);
    process.chdir(root);
    await installWhenStale(root);
    rmSync(reports, { recursive: true, force: true });
    mkdirSync(reports, { recursive: true }); // jest makes the file, not the folder
    const results = [];
    const part = async (name, work) => {
      if (names.length > 0 && !names.includes(name)) return;
      const started = performance.now();
      const result = { name, ...(await work()) };
      results.push(result);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      say(
        `${result.failed === 0 ? 'ok  ' : 'FAIL'} ${name}: ${result.passed} passed, ${result.failed} failed (${seconds} s)`,
      );
    };
    // generated code comes first: types and lint read it
    await part('build', () => asCheck(() => build(root)));
    await atOnce(
      2,
      Object.entries(checks).map(([name, [script, ...args]]) => {
        const check = async () => (await run(process.execPath, [script, ...args])) === 0;
        return () => part(name, () => asCheck(check));
      }),
    );
    for (const [name, args] of Object.entries(tests)) await part(name, () => runJest(name, args));
    const passed = results.reduce((sum, result) => sum + result.passed, 0);
    const failed = results.reduce((sum, result) => sum + result.failed, 0);
    for (const result of results.filter((one) => one.failed > 0)) say(`failed: ${result.name}`);
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    return failed === 0 && passed > 0 ? 0 : 1;
  });
}

/** Runs every task, so many of them at a time, the first ones first. */
async function atOnce(count, tasks) {
  const waiting = [...tasks];
  const lane = async () => {
    for (let task = waiting.shift(); task; task = waiting.shift()) await task();
  };
  await Promise.all(Array.from({ length: count }, lane));
}

/** A step that stops with a sentence is a failed check; what it says is shown. */
async function asCheck(work) {
  try {
    const passed = (await work()) !== false;
    return { passed: passed ? 1 : 0, failed: passed ? 0 : 1 };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    say(error.message);
    return { passed: 0, failed: 1 };
  }
}

async function runJest(name, args) {
  const report = path.join(reports, `${name}.json`);
  const options = ['--maxWorkers', '2', '--json', '--outputFile', report, '--testLocationInResults=false'];
  const code = await run(process.execPath, [bin('jest/bin/jest.js'), ...args, ...options], {
    env: { ...process.env, ...JEST },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return countTests(report, code);
}
