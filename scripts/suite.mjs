#!/usr/bin/env node
// npm run suite -- NAME: one story of test/suites, against the built product.
import './require-node.mjs';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { entry, Stop } from './say.mjs';

await entry(async () => {
  const root = path.resolve(import.meta.dirname, '..');
  const [name, ...rest] = process.argv.slice(2);
  const suites = path.join(root, 'test', 'suites');
  const known = existsSync(suites)
    ? readdirSync(suites, { withFileTypes: true }).filter((one) => one.isDirectory())
    : [];
  if (!known.some((one) => one.name === name))
    throw new Stop(
      `There is no suite "${name ?? ''}". Use: npm run suite -- NAME, with NAME one of: ${known.map((one) => one.name).join(', ')}`,
      2,
    );
  process.chdir(root);
  const [{ installWhenStale }, { build }, { run }] = await Promise.all([
    import('./install.mjs'),
    import('./build-steps.mjs'),
    import('./run.mjs'),
  ]);
  await installWhenStale(root);
  await build(root);
  const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  return run(process.execPath, [jest, `test/suites/${name}/`, '--runInBand', '--verbose', ...rest], {
    env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' },
  });
});
