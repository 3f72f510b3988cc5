import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';

/**
 * From a fresh clone to "ready", and the second start on the same data, with the memory of every process when idle.
 * The packages are linked in beforehand: downloading them measures somebody else's network.
 */
const IDLE_MS = 5_000;
const READY_WITHIN_MS = 10 * 60_000;

type Runtime = { pids: Record<string, number> };
type Start = { readyMs: number; stopMs: number; residentMegabytes: Record<string, number> };

const root = path.resolve(import.meta.dirname, '../..');
// beside the repository: hard links do not cross file systems
const home = mkdtempSync(
  path.join(existsSync(path.join(root, '.git')) ? path.dirname(root) : tmpdir(), 'rollcall-cold-'),
);
try {
  const clone = path.join(home, 'clone');
  copyWorkingTree(clone);
  linkPackages(clone);
  const ports = [await freePort(), await freePort()] as const;
  const first = await measure(clone, ports);
  const second = await measure(clone, ports);
  report(first, second);
} finally {
  rmSync(home, { recursive: true, force: true });
}

/** What a clone would contain: every file git knows or would add, nothing that is ignored. */
function copyWorkingTree(target: string): void {
  const list = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (list.status !== 0) throw new Error(`git does not list the working tree: ${list.stderr}`);
  for (const file of list.stdout.split('\0').filter((name) => name !== '' && existsSync(path.join(root, name)))) {
    mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
    cpSync(path.join(root, file), path.join(target, file));
  }
}

function linkPackages(target: string): void {
  const linked = spawnSync('cp', ['-al', path.join(root, 'node_modules'), path.join(target, 'node_modules')], {
    encoding: 'utf8',
  });
  if (linked.status !== 0) throw new Error(`the packages cannot be linked: ${linked.stderr}`);
}

async function measure(clone: string, [port, gatewayPort]: readonly [number, number]): Promise<Start> {
  const started = performance.now();
  const args = ['scripts/up.mjs', '--port', String(port), '--gateway-port', String(gatewayPort)];
  const child = spawn(process.execPath, args, {
    cwd: clone,
    stdio: ['ignore', 'inherit', 'pipe'],
    env: cleanEnvironment(),
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
    process.stderr.write(chunk);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  while (!said.includes('Rollcall is ready')) {
    if (child.exitCode !== null) throw new Error(`it did not start: ${said}`);
    if (performance.now() - started > READY_WITHIN_MS) throw new Error('it was not ready in time');
    await pause(20);
  }
  const readyMs = performance.now() - started;
  await pause(IDLE_MS);
  const { pids } = JSON.parse(readFileSync(path.join(clone, '.rollcall', 'runtime.json'), 'utf8')) as Runtime;
  const memory = Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, residentMegabytes(pid)]));
  const asked = performance.now();
  child.kill('SIGINT');
  const code = await ended;
  const stopMs = performance.now() - asked;
  if (code !== 0) throw new Error(`it did not stop cleanly: exit code ${code}`);
  const left = Object.entries(pids).filter(([, pid]) => existsSync(`/proc/${pid}`));
  if (left.length > 0) throw new Error(`still running after the stop: ${left.map(([name]) => name).join(', ')}`);
  return { readyMs, stopMs, residentMegabytes: memory };
}

/** Resident memory; of PostgreSQL, a family that shares most of it, the proportional share of every member. */
function residentMegabytes(pid: number): number {
  if (!/postgres/.test(readFileSync(`/proc/${pid}/comm`, 'utf8')))
    return kilobytes(`/proc/${pid}/status`, 'VmRSS') >> 10;
  const members = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return [pid, ...members].reduce((sum, member) => sum + kilobytes(`/proc/${member}/smaps_rollup`, 'Pss'), 0) >> 10;
}

function kilobytes(file: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(file, 'utf8'))?.[1]);
}

function report(first: Start, second: Start): void {
  const machine = {
    cpus: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
  };
  const seconds = (ms: number) => Math.round(ms / 100) / 10;
  process.stdout.write(
    `${JSON.stringify({
      bench: 'cold-start',
      ratio: Math.round((second.readyMs / first.readyMs) * 1000) / 1000,
      reference: 'the first start in a fresh clone with packages installed: build, new database, demo seed',
      unit: 'time to ready of the second start / time to ready of the first',
      firstSeconds: seconds(first.readyMs),
      secondSeconds: seconds(second.readyMs),
      stopSeconds: seconds(second.stopMs),
      residentMegabytes: second.residentMegabytes,
      machine,
    })}\n`,
  );
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ROLLCALL_')));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
