import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';

/** The repository: everything is run from its build, as a user would. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

/** A program under test that has said it is ready; `ready` is its ready line. */
export type Service = { ready: Record<string, unknown>; log(): string; stop(signal?: NodeJS.Signals): Promise<void> };

/** What a program that ended has left. */
export type Finished = { code: number | null; stdout: string; stderr: string };

const READY_WITHIN_MS = 60_000;

/** A port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function start(args: string[], env: Record<string, string>, cwd = ROOT): ChildProcess {
  // nothing inherited but what finds programs: a test must not depend on the shell it was started from
  const base = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/tmp', NO_COLOR: '1' };
  return spawn(process.execPath, args, { cwd, env: { ...base, ...env }, stdio: ['pipe', 'pipe', 'pipe', 'ipc'] });
}

/** Starts a program of the build and resolves with its ready line; rejects with its output when it ends before. */
export function startService(entry: string, env: Record<string, string>, args: string[] = []): Promise<Service> {
  const child = start([path.join(ROOT, 'dist', entry), ...args], env);
  let output = '';
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${entry} was not ready in time:\n${output}`));
    }, READY_WITHIN_MS);
    child.once('exit', (code) => {
      clearTimeout(deadline);
      reject(new Error(`${entry} ended with ${code}:\n${output}`));
    });
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const line = output.split('\n').find((one) => one.startsWith('{"ready":true'));
      if (!line) return;
      clearTimeout(deadline);
      resolve({ ready: JSON.parse(line), log: () => output, stop: (signal = 'SIGTERM') => stop(child, signal) });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
  });
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** Runs a program to its end, in the repository unless another folder is named. */
export async function runToEnd(
  file: string,
  args: string[],
  env: Record<string, string>,
  cwd = ROOT,
): Promise<Finished> {
  const child = start([path.join(ROOT, file), ...args], env, cwd);
  child.stdin?.end();
  const done: Finished = { code: null, stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => {
    done.stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    done.stderr += chunk.toString();
  });
  [done.code] = (await once(child, 'close')) as [number | null];
  return done;
}

/** Asks until `accept` takes the answer; rejects with the last answer at the deadline. No fixed waits. */
export async function eventually<T>(
  ask: () => Promise<T>,
  accept: (answer: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (accept(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`did not come in time; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
}
