// One build at a time in one working tree.
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Stop, say } from './say.mjs';

const PATIENCE_MS = 10 * 60 * 1000;

/** Waits for the lock and returns what releases it. The lock of a process that is gone is taken over. */
export async function takeBuildLock(file) {
  mkdirSync(path.dirname(file), { recursive: true });
  const deadline = Date.now() + PATIENCE_MS;
  for (let told = false; !tryTake(file); told = true) {
    if (!told) say(`Another build (process ${holder(file)}) is running; waiting for it.`);
    if (Date.now() > deadline)
      throw new Stop(`The build of process ${holder(file)} did not end; stop it and try again.`);
    await pause(200);
  }
  return () => rmSync(file, { force: true });
}

function tryTake(file) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, file); // appears with its content, or fails because it is there
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const pid = holder(file);
    if (pid && !isAlive(pid)) rmSync(file, { force: true });
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

function holder(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return 0;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
