import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { connect } from 'node:net';

/** A running reference server, a process of its own on loopback. */
export type RunningEverything = { url: string; pid: number; close(): Promise<void> };

const READY_WITHIN_MS = 20_000;
const POLL_MS = 100;
const EXIT_GRACE_MS = 2_000;

/**
 * The reference server listens on every interface and has a tool that prints its environment: in a demo it must do
 * neither. It has no option for the address, so its `listen(port)` is given one before it starts.
 */
const LOOPBACK_ONLY = `data:text/javascript,${encodeURIComponent(`
import net from 'node:net';
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
  const port = Number(first);
  if (typeof first === 'object' || !Number.isInteger(port)) return listen.call(this, first, ...rest);
  return listen.call(this, port, '127.0.0.1', ...rest.filter((argument) => typeof argument === 'function'));
};
`)}`;

/** Starts the reference server over streamable HTTP at `/mcp` and resolves once it accepts connections. */
export async function startEverything(port: number): Promise<RunningEverything> {
  const entry = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
  const child = spawn(process.execPath, ['--import', LOOPBACK_ONLY, entry, 'streamableHttp'], {
    env: { PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-2_000);
  });
  const exit = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The reference server ended with code ${code}: ${said.trim()}`)));
  });
  // Once it is up, its end is reported by whoever closes it; an unobserved rejection must not end the process.
  exit.catch(() => undefined);
  try {
    await Promise.race([accepting(port), exit]);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return { url: `http://127.0.0.1:${port}/mcp`, pid: child.pid ?? 0, close: () => stop(child) };
}

async function accepting(port: number): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    if (await canConnect(port)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`The reference server did not listen on port ${port} within ${READY_WITHIN_MS} ms.`);
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), EXIT_GRACE_MS);
  await ended;
  clearTimeout(force);
}
