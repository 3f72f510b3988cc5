import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { OracleRun } from './oracle.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const HOOK = path.join(ROOT, 'tools/typescript.mjs');
const MAIN = path.join(import.meta.dirname, 'oracle.main.ts');

/** Runs one side and resolves with what it printed; rejects with the pair that disproves us. */
export async function runOracleApart(run: OracleRun, timeLimitMs: number): Promise<string> {
  const args = ['--import', HOOK, MAIN, JSON.stringify(run)];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: ROOT,
    timeout: timeLimitMs,
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}
