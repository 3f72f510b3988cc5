import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { isAlive } from './cluster.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const asRoot = process.getuid?.() === 0;
const ORDINARY_USER = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const asRootOnly = asRoot ? it : it.skip;

let home: string;
let dataDir: string;
const running: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'rollcall-embedded-'));
  chmodSync(home, 0o755);
  dataDir = path.join(home, 'postgres');
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
  for (const server of running.splice(0)) await server.stop();
  rmSync(home, { recursive: true, force: true });
});

async function start(extra: { port?: number; durable?: boolean } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, database: 'rollcall', ...extra });
  running.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

type Started = { child: ChildProcess; answer: { url: string; pid: number; uid: number; code?: string } };

async function startInChild(prefix: string[] = [], dir = dataDir): Promise<Started> {
  const [command = '', ...args] = [
    ...prefix,
    process.execPath,
    '--import',
    path.join(ROOT, 'tools/typescript.mjs'),
    path.join(ROOT, 'libs/persistence/src/embedded/start-and-wait.fixture.ts'),
    dir,
  ];
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  for await (const part of child.stdout as AsyncIterable<Buffer>) {
    text += part;
    if (text.includes('\n')) break;
  }
  return { child, answer: JSON.parse(text) };
}

async function until(what: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!what()) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'started',
    (error: { code?: string }) => error.code,
  );

describe('the embedded PostgreSQL', () => {
  it('asks for its generated password and listens on loopback only', async () => {
    const server = await start();
    expect(statSync(`${dataDir}.password`).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o077).toBe(0);
    const wrong = new URL(server.url());
    wrong.password = 'guess';
    expect(await codeOf(query(wrong.href, 'SELECT 1'))).toBe('28P01');
    const rows = await query(
      server.url(),
      "SELECT name, setting FROM pg_settings WHERE name IN ('listen_addresses', 'unix_socket_directories', 'fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name",
    );
    expect(rows.map((row) => row['setting'])).toEqual(['on', 'on', '127.0.0.1', 'on', '']);
    const hba = await query(server.url(), 'SELECT DISTINCT auth_method FROM pg_hba_file_rules');
    expect(hba).toEqual([{ auth_method: 'scram-sha-256' }]);
  });

  it('gives up crash safety only when it is asked to', async () => {
    const server = await start({ durable: false });
    expect(await query(server.url(), 'SHOW fsync')).toEqual([{ fsync: 'off' }]);
  });

  it('keeps the data over a stop and a start', async () => {
    const first = await start();
    await query(first.url(), 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await query(second.url(), 'SELECT id FROM kept')).toEqual([{ id: 7 }]);
  });

  it('shares the server another live process runs, and does not stop it', async () => {
    const { answer } = await startInChild();
    const adopted = await start();
    expect(adopted).toMatchObject({ adopted: true, pid: answer.pid });
    await adopted.stop();
    expect(await query(answer.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is one server when several start it at the same moment', async () => {
    const servers = await Promise.all([start(), start(), start()]);
    expect(new Set(servers.map((server) => server.pid)).size).toBe(1);
    expect(servers.filter((server) => !server.adopted)).toHaveLength(1);
  });

  it('recovers what was committed when the process that started it is killed with -9', async () => {
    const { child, answer } = await startInChild();
    await query(answer.url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const server = await start();
    expect(server.adopted).toBe(false);
    expect(server.pid).not.toBe(answer.pid);
    expect(isAlive(answer.pid)).toBe(false);
    expect(await query(server.url(), 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
  });

  it('recovers what was committed when the server and its owner are killed with -9', async () => {
    const { child, answer } = await startInChild();
    await query(answer.url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (2)');
    process.kill(answer.pid, 'SIGKILL');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until(() => !isAlive(answer.pid));
    const server = await start();
    expect(await query(server.url(), 'SELECT id FROM kept')).toEqual([{ id: 2 }]);
  });

  it('ends a server that nobody owns any more and starts its own', async () => {
    const first = await start();
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    writeFileSync(`${dataDir}.owner`, `${dead.pid} ${first.pid}`);
    const second = await start();
    expect(second).toMatchObject({ adopted: false });
    expect(isAlive(first.pid)).toBe(false);
  });

  it('ignores a leftover postmaster.pid whose process id now belongs to another program', async () => {
    const first = await start();
    const [, ...rest] = readFileSync(path.join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    await first.stop();
    writeFileSync(path.join(dataDir, 'postmaster.pid'), [process.pid, ...rest].join('\n'));
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await query(second.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('removes the half cluster of a process that died while making it', async () => {
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    mkdirSync(`${dataDir}.init-${dead.pid}-abc/base`, { recursive: true });
    await start();
    expect(readdirSync(home).filter((name) => name.includes('.init-'))).toEqual([]);
  });
});

describe('what the embedded PostgreSQL refuses', () => {
  it('a port that is in use', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as net.AddressInfo;
    await expect(start({ port })).rejects.toMatchObject({
      code: 'POSTGRES_PORT_IN_USE',
      message: expect.stringContaining(String(port)),
      nextStep: expect.stringMatching(/./),
    });
    other.close();
  });

  it('data of another major version', async () => {
    mkdirSync(dataDir);
    writeFileSync(path.join(dataDir, 'PG_VERSION'), '15\n');
    expect(await codeOf(start())).toBe('POSTGRES_OTHER_VERSION');
  });

  it('a directory with something else in it', async () => {
    mkdirSync(dataDir);
    writeFileSync(path.join(dataDir, 'thesis.txt'), 'irreplaceable');
    expect(await codeOf(start())).toBe('POSTGRES_NOT_A_DATA_DIRECTORY');
    expect(readFileSync(path.join(dataDir, 'thesis.txt'), 'utf8')).toBe('irreplaceable');
  });

  it('data whose password is gone or is another one', async () => {
    await (await start()).stop();
    writeFileSync(`${dataDir}.password`, 'other-password\n');
    expect(await codeOf(start())).toBe('POSTGRES_PASSWORD_LOST');
    rmSync(`${dataDir}.password`);
    expect(await codeOf(start())).toBe('POSTGRES_PASSWORD_LOST');
  });

  asRootOnly('a directory an ordinary user may not write to', async () => {
    const { answer } = await startInChild(ORDINARY_USER);
    expect(answer.code).toBe('POSTGRES_NOT_WRITABLE');
  });
});

describe('who may run the embedded PostgreSQL', () => {
  asRootOnly('an ordinary user, as himself', async () => {
    chmodSync(home, 0o777);
    const { answer } = await startInChild(ORDINARY_USER);
    expect(answer).toMatchObject({ uid: 65534 });
    expect(statSync(dataDir).uid).toBe(65534);
    expect(await query(answer.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  asRootOnly('root, below a directory that is closed to everybody else', async () => {
    chmodSync(home, 0o700);
    const first = await start();
    expect(lstatSync(dataDir).isSymbolicLink()).toBe(true);
    const place = readlinkSync(dataDir);
    try {
      await query(first.url(), 'CREATE TABLE kept (id int)');
      await first.stop();
      expect(await query((await start()).url(), 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
      expect(readlinkSync(dataDir)).toBe(place);
      expect(statSync(place).mode & 0o077).toBe(0);
    } finally {
      for (const server of running.splice(0)) await server.stop();
      rmSync(path.dirname(place), { recursive: true });
    }
    expect(existsSync(place)).toBe(false);
  });
});
