#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../../../dist/apps/cli/src/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write('rollcall is not built yet: run npm run build in the repository, then try again.\n');
  process.exitCode = 2;
}
