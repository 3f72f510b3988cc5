import { connect, createServer } from 'node:net';
import { cannotListen, portTaken, redisNotAnswering } from './up.errors.js';

/** Refuses a port that somebody else listens on. `flag` is what the person changes to get another one. */
export async function requireFreePort(port: number, host: string, flag: string): Promise<void> {
  const code = await tryListen(port, host);
  if (code === 'EADDRINUSE') throw portTaken(port, host, flag);
  if (code !== undefined) throw cannotListen(port, host, code);
}

/** The wanted port when it is free and not spoken for, else any free one on loopback. */
export async function freePortLike(wanted: number, taken: readonly number[]): Promise<number> {
  if (wanted > 0 && wanted <= 65_535 && !taken.includes(wanted) && (await tryListen(wanted, '127.0.0.1')) === undefined)
    return wanted;
  const port = await anyFreePort();
  return taken.includes(port) ? freePortLike(0, taken) : port;
}

const REDIS_PORT = 6379;

/** Refuses a Redis that takes no connection: each process would wait for it in silence. */
export async function requireRedis(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const answered = await new Promise<boolean>((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || REDIS_PORT),
      timeout: 5_000,
    });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
  if (!answered) throw redisNotAnswering(`${hostname}:${port || REDIS_PORT}`);
}

function tryListen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => ('code' in error ? resolve(String(error.code)) : reject(error)));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
