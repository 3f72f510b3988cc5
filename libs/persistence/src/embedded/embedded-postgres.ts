import { spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import pg from 'pg';
import { errorCode } from '../error-code.js';
import { CLUSTER_USER, type Cluster, isAlive, openCluster } from './cluster.js';
import { didNotStart, passwordLost, portInUse, refusalFromLog, refuseFileError } from './embedded-postgres.errors.js';
import { type NativeBinaries, nativeBinaries } from './native-binaries.js';
import { type ServerUser, serverUser } from './server-user.js';

/** How to start: `dataDir` is made when missing; `durable: false` gives up crash safety and is for tests only. */
export type EmbeddedPostgresOptions = {
  dataDir: string;
  database: string;
  port?: number;
  durable?: boolean;
};

/** A running server. `stop` ends it when we started it, and does nothing when another live process did. */
export type EmbeddedPostgres = {
  /** Connection URL with user and password; for the database that was asked for unless another is named. */
  url(database?: string): string;
  stop(): Promise<void>;
  pid: number;
  port: number;
  /** True when the server belongs to another live process. */
  adopted: boolean;
  logFile: string;
};

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;
/** A server that is just starting gets its owner written down within this time. */
const OWNER_TIMEOUT_MS = 3_000;
/** Above the highest process id of any supported system. */
const NO_PROCESS = 99_999_999;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/**
 * Starts a real PostgreSQL from node_modules: loopback only, SCRAM with a generated password kept beside the data
 * directory (mode 0600). It ends with this process, on Linux even when this process is killed; a server another live
 * process runs on the same data is shared instead. Expected failures are {@link Refusal}s with code `POSTGRES_*`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const user = serverUser();
  const binaries = nativeBinaries(user);
  const durable = options.durable ?? true;
  const cluster = openCluster({ dataDir: options.dataDir, user, binaries, durable });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (true) {
    const running = (await liveServer(cluster, deadline)) ?? (await launch({ cluster, user, binaries }, options));
    if (running === 'port taken' && options.port !== undefined) throw portInUse(options.port);
    if (typeof running !== 'string') {
      await ensureDatabase(urlOf(cluster, running.port, 'postgres'), options.database);
      return handle(cluster, running, options.database);
    }
    if (Date.now() > deadline) throw didNotStart(cluster.logFile, running);
    await pause();
  }
}

type Running = { pid: number; port: number; exited?: Promise<void> };

function handle(cluster: Cluster, running: Running, database: string): EmbeddedPostgres {
  const { exited, pid, port } = running;
  let over = exited === undefined;
  void exited?.then(() => {
    over = true; // its process id may soon belong to somebody else
  });
  return {
    url: (name = database) => urlOf(cluster, port, name),
    pid,
    port,
    adopted: exited === undefined,
    logFile: cluster.logFile,
    stop: async () => {
      if (over) return;
      signal(pid, 'SIGINT'); // fast shutdown: open transactions roll back, no recovery is needed at the next start
      const force = setTimeout(() => signal(pid, 'SIGQUIT'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(force);
      rmSync(cluster.ownerFile, { force: true });
    },
  };
}

function urlOf(cluster: Cluster, port: number, database: string): string {
  return `postgresql://${CLUSTER_USER}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/**
 * The server that postmaster.pid names, when it is one of ours, alive and owned by a live process. One whose owner died
 * is ended first: nobody would ever stop it. A pid that now belongs to some other program is a leftover.
 */
async function liveServer(cluster: Cluster, deadline: number): Promise<Running | undefined> {
  const ownerKnownBy = Date.now() + OWNER_TIMEOUT_MS;
  while (true) {
    const found = readPostmaster(cluster.directory);
    if (!found) return undefined;
    if (!isPostgres(found.pid)) {
      disownLeftover(cluster.directory);
      return undefined;
    }
    const owner = ownerOf(cluster, found.pid);
    if (owner === 'unknown' && Date.now() < ownerKnownBy) await pause();
    else if (owner !== 'alive') signal(found.pid, 'SIGINT');
    else if (found.port) {
      const answer = await answers(cluster, found.port);
      if (answer === 'wrong password') throw passwordLost(cluster.passwordFile);
      if (answer === 'yes') return { pid: found.pid, port: found.port };
    }
    if (Date.now() > deadline) throw didNotStart(cluster.logFile, `server ${found.pid} neither answers nor ends`);
    await pause();
  }
}

/** postmaster.pid: process id on line 1, port on line 4 (written a moment later, hence 0). */
function readPostmaster(directory: string): { pid: number; port: number } | undefined {
  const file = path.join(directory, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  return { pid: Math.abs(Number(lines[0])), port: Number(lines[3]) || 0 };
}

/**
 * PostgreSQL takes any live process with the recorded id for its predecessor. The file stays, with an id no process has:
 * it also names the shared memory by which PostgreSQL sees that processes of a crashed server still write to the data.
 */
function disownLeftover(directory: string): void {
  const file = path.join(directory, 'postmaster.pid');
  const [, ...rest] = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [NO_PROCESS, ...rest].join('\n'));
}

/** Our password must not be offered to whatever program got a recycled process id or port. */
function isPostgres(pid: number): boolean {
  if (!pid || !isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  const command = `/proc/${pid}/comm`;
  return existsSync(command) && readFileSync(command, 'utf8').startsWith('postgres');
}

/** The file names the owner and the server it started, so that a leftover of an earlier server says nothing. */
function ownerOf(cluster: Cluster, server: number): 'alive' | 'dead' | 'unknown' {
  const text = existsSync(cluster.ownerFile) ? readFileSync(cluster.ownerFile, 'utf8') : '';
  const [owner = 0, started = 0] = text.split(' ').map(Number);
  if (!owner || started !== server) return 'unknown';
  return isAlive(owner) ? 'alive' : 'dead';
}

type Launch = { cluster: Cluster; user: ServerUser | undefined; binaries: NativeBinaries };

/** Starts a server; a text says why it did not come up when trying again can help. */
async function launch(what: Launch, options: EmbeddedPostgresOptions): Promise<Running | string> {
  const { cluster } = what;
  const port = options.port ?? (await freePort());
  const log = openLog(cluster.logFile);
  const child = spawnServer(what, serverArguments(cluster, port, options.durable ?? true), log.fd);
  let ended: string | undefined;
  const exited = new Promise<void>((resolve) => {
    const end = (reason: string) => {
      ended = reason;
      resolve();
    };
    child.once('exit', (code, name) => end(`exit ${code ?? name}`));
    child.once('error', (error) => end(error.message));
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  try {
    while (true) {
      // the pid in postmaster.pid proves that the answer comes from our child and not from a stranger on this port
      const ours = child.pid !== undefined && readPostmaster(cluster.directory)?.pid === child.pid;
      if (ours && ownerOf(cluster, child.pid ?? 0) === 'unknown') writeOwner(cluster, child.pid ?? 0);
      const answer = ours ? await answers(cluster, port) : 'no';
      if (answer === 'yes' && ended === undefined) break;
      if (answer === 'wrong password') signal(child.pid, 'SIGINT');
      if (answer === 'wrong password') throw passwordLost(cluster.passwordFile);
      if (ended !== undefined) return failure(cluster, readFrom(log), ended);
      if (Date.now() > deadline) throw didNotStart(cluster.logFile, 'it did not answer in time');
      await pause();
    }
  } finally {
    closeSync(log.fd);
  }
  return { pid: child.pid ?? 0, port, exited };
}

function writeOwner(cluster: Cluster, server: number): void {
  writeFileSync(cluster.ownerFile, `${process.pid} ${server}`, { mode: 0o600 });
}

/** A reason worth another attempt as text, else a refusal. */
function failure(cluster: Cluster, log: string, exit: string): string {
  if (/lock file "postmaster.pid" already exists/.test(log)) return 'another process starts it';
  if (/pre-existing shared memory block/.test(log)) return 'processes of a crashed server still end';
  if (/Address already in use/.test(log)) return 'port taken';
  const lines = log.split('\n').filter((line) => /FATAL|PANIC|ERROR|failed/.test(line));
  throw (
    refusalFromLog(`${log}${exit}`, { directory: cluster.directory }) ??
    didNotStart(cluster.logFile, lines.at(-1) ?? exit)
  );
}

const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => process.platform === 'linux' && existsSync(file));

/** Its own process group, so that Ctrl-C in a terminal reaches us first; the kernel ends it when we die (Linux). */
function spawnServer(what: Launch, args: string[], logFd: number) {
  const { user } = what;
  const become = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : [];
  const wrap = SETPRIV ? [SETPRIV, '--pdeathsig', 'INT', '--no-new-privs', ...become] : [];
  const [command = '', ...rest] = [...wrap, what.binaries.program('postgres'), ...args];
  return spawn(command, rest, {
    ...(SETPRIV ? {} : user),
    cwd: '/',
    detached: true,
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    stdio: ['ignore', logFd, logFd],
  });
}

function serverArguments(cluster: Cluster, port: number, durable: boolean): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '64MB',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return [
    ...['-D', cluster.directory, '-p', String(port)],
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

type Log = { fd: number; from: number; file: string };

function openLog(file: string): Log {
  try {
    const fd = openSync(file, 'a+', 0o600);
    if (fstatSync(fd).size <= LOG_LIMIT_BYTES) return { fd, from: fstatSync(fd).size, file };
    closeSync(fd);
    return { fd: openSync(file, 'w+', 0o600), from: 0, file };
  } catch (error) {
    refuseFileError(error, path.dirname(file));
  }
}

function readFrom(log: Log): string {
  const buffer = Buffer.alloc(Math.min(fstatSync(log.fd).size - log.from, 64 * 1024));
  readSync(log.fd, buffer, 0, buffer.length, log.from);
  return buffer.toString('utf8');
}

async function answers(cluster: Cluster, port: number): Promise<'yes' | 'no' | 'wrong password'> {
  const client = new pg.Client({
    connectionString: urlOf(cluster, port, 'postgres'),
    connectionTimeoutMillis: 3_000,
  });
  client.on('error', () => undefined); // a server that shuts down under us is an answer, not a fault
  try {
    await client.connect();
    return 'yes';
  } catch (error) {
    return errorCode(error) === '28P01' ? 'wrong password' : 'no';
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (!rowCount) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    const code = errorCode(error);
    if (code !== '42P04' && code !== '23505') throw error; // two processes created it at the same moment
  } finally {
    await client.end();
  }
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (!pid) return;
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 15));

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
