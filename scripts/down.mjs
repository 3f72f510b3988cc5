#!/usr/bin/env node
// npm run down [-- --data-dir DIR]: stops what `npm run up -- --detach` left running, and nothing else.
import './require-node.mjs';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { entry, Stop, say } from './say.mjs';

const PATIENCE_MS = 60_000;

await entry(async () => {
  process.chdir(path.resolve(import.meta.dirname, '..'));
  const dataDir = path.resolve(dataDirectory(process.argv.slice(2)));
  const file = path.join(dataDir, 'up.lock');
  const holder = readLock(file);
  if (!holder || !(await isSame(holder))) {
    say(`Nothing runs on ${dataDir}.`);
    return;
  }
  process.kill(holder.pid, 'SIGTERM');
  const deadline = Date.now() + PATIENCE_MS;
  while (await isSame(holder)) {
    if (Date.now() > deadline)
      throw new Stop(
        `Process ${holder.pid} did not stop within a minute. Read ${path.join(dataDir, 'logs')}, then end it yourself.`,
      );
    await pause(50);
  }
  say(`Stopped what ran on ${dataDir} (${holder.url}).`);
});

function dataDirectory(args) {
  const usage = 'Use: npm run down [-- --data-dir DIR]';
  if (args.length === 0) return process.env.ROLLCALL_DATA_DIR || '.rollcall';
  if (args.length === 1 && args[0].startsWith('--data-dir=')) return args[0].slice('--data-dir='.length);
  if (args.length === 2 && args[0] === '--data-dir') return args[1];
  throw new Stop(`${args.join(' ')} is not understood. ${usage}`, 2);
}

function readLock(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The process that took the lock, and not another one that got its id: the supervisor's own rule, so its own code. */
async function isSame(holder) {
  const identity = path.resolve('dist/apps/up/src/process-identity.js');
  if (!existsSync(identity))
    throw new Stop('There is no build, so it cannot be told whether the process is ours. Run: npm run build');
  const { stillRuns } = await import(pathToFileURL(identity).href);
  return stillRuns(holder);
}
