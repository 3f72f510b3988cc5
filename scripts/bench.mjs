#!/usr/bin/env node
// npm run bench -- NAME [ARGS]: one measurement of bench/; the last line of stdout is one JSON object.
import './require-node.mjs';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { entry, Stop } from './say.mjs';

await entry(async () => {
  const root = path.resolve(import.meta.dirname, '..');
  const [name, ...args] = process.argv.slice(2);
  // a bench is a file that can be asked for by name; what it is made of has a role in its name
  const known = readdirSync(path.join(root, 'bench')).flatMap((file) => /^([a-z0-9-]+)\.ts$/.exec(file)?.[1] ?? []);
  if (!known.includes(name))
    throw new Stop(
      `There is no bench "${name ?? ''}". Use: npm run bench -- NAME, with NAME one of: ${known.join(', ')}`,
      2,
    );
  process.chdir(root);
  const [{ installWhenStale }, { build }] = await Promise.all([import('./install.mjs'), import('./build-steps.mjs')]);
  await installWhenStale(root);
  await build(root);
  return measure(path.join(root, 'dist', 'bench', `${name}.js`), args);
});

/** Exit code of the bench; 70 when it ended well without its JSON line. */
function measure(script, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--enable-source-maps', script, ...args], {
      stdio: ['inherit', 'pipe', 'inherit'],
    });
    let last = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      last = (last + chunk).slice(-1_000_000);
    });
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve(code === 0 && !isResult(last.trimEnd().split('\n').at(-1)) ? 70 : (code ?? 1)),
    );
  });
}

function isResult(line) {
  try {
    return typeof JSON.parse(line ?? '').bench === 'string';
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
