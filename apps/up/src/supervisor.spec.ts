import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { identityOf } from './process-identity.js';

/** The supervisor as a process of its own, over small programs that keep the same promises as the real ones. */
const root = path.resolve(import.meta.dirname, '../../..');

const COMMON = `
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
const ready = (more = {}) => console.log(JSON.stringify({ ready: true, ...more }));
`;
const LISTEN = (host: string, port: string) => `
import { createServer } from 'node:http';
createServer((request, response) => response.end('ok')).listen(Number(process.env.${port}), process.env.${host}, () => ready());
`;
const PROGRAMS: Record<string, string> = {
  'api/src/bootstrap.main.js': `
    import { appendFileSync } from 'node:fs';
    const reissue = process.argv.includes('--reissue');
    appendFileSync(process.env.ROLLCALL_DATA_DIR + '/bootstrap-calls', process.argv.slice(2).join(' ') + '\\n');
    const suffix = '-secret-' + process.pid;
    const tokens = reissue ? { admin: 'admin' + suffix, owner: 'owner' + suffix, reviewer: 'reviewer' + suffix, ci: 'ci' + suffix } : undefined;
    console.log(JSON.stringify({ organization: 'acme', environment: 'production', tokens, ...(reissue ? { gatewayToken: 'gateway' + suffix } : {}), created: reissue }));`,
  'api/src/main.js': COMMON + LISTEN('ROLLCALL_HOST', 'ROLLCALL_PORT'),
  'worker/src/main.js': `${COMMON}
    import { writeFileSync } from 'node:fs';
    writeFileSync(process.env.ROLLCALL_DATA_DIR + '/worker-environment', Object.keys(process.env).sort().join(' '));
    setInterval(() => undefined, 1000); ready();`,
  'gateway/src/main.js': COMMON + LISTEN('ROLLCALL_GATEWAY_HOST', 'ROLLCALL_GATEWAY_PORT'),
  'demo/src/main.js': `${COMMON} setInterval(() => undefined, 1000); ready({ payments: { '1.0.0': 'http://127.0.0.1:1/mcp' }, everything: 'http://127.0.0.1:2/mcp' });`,
  'demo/src/seed/main.js': `
    let input = ''; for await (const chunk of process.stdin) input += chunk;
    const order = JSON.parse(input);
    if (!order.tokens.ci || !order.paymentsUrls['1.0.0']) process.exit(1);
    console.log(JSON.stringify({ agentToken: order.agentToken ?? 'agent-secret-' + process.pid }));`,
};
const STUBBORN = `process.on('SIGTERM', () => undefined); process.on('disconnect', () => undefined);
  setInterval(() => undefined, 1000); console.log(JSON.stringify({ ready: true }));`;

type Runtime = { pids: Record<string, number>; demo: Record<string, string>; apiUrl: string };
type Run = { process: ChildProcess; output: () => string; ended: Promise<number | null> };

describe('the supervisor', () => {
  let home: string;
  let dist: string;
  let dataDir: string;
  let ports: [number, number];
  let runs: Run[] = [];

  beforeAll(async () => {
    ports = [await freePort(), await freePort()];
  });
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'rollcall-up-'));
    dist = path.join(home, 'dist');
    dataDir = path.join(home, 'data');
    for (const [name, text] of Object.entries(PROGRAMS)) program(name, text);
    writeFileSync(path.join(home, 'package.json'), '{"type":"module"}');
  });
  afterEach(async () => {
    for (const run of runs) run.process.kill('SIGINT');
    await Promise.all(runs.map((run) => run.ended));
    runs = [];
    rmSync(home, { recursive: true, force: true });
  });
  afterAll(() => expect(runs).toEqual([]));

  function program(name: string, text: string): void {
    const file = path.join(dist, 'apps', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  function start(options: { args?: string[]; env?: Record<string, string> } = {}): Run {
    const entry = path.join(home, `entry-${runs.length}.mjs`);
    writeFileSync(
      entry,
      `import { up } from ${JSON.stringify(pathToFileURL(path.join(root, 'apps/up/src/main.ts')).href)};
       process.exitCode = await up({ args: process.argv.slice(2), dist: ${JSON.stringify(dist)}, inherited: { PATH: process.env.PATH },
         say: (line) => console.log(line), ready: (text) => console.log(text) });`,
    );
    const args = [
      '--data-dir',
      dataDir,
      '--port',
      String(ports[0]),
      '--gateway-port',
      String(ports[1]),
      ...(options.args ?? []),
    ];
    const child = spawn(
      process.execPath,
      ['--no-warnings', '--import', path.join(root, 'tools/typescript.mjs'), entry, ...args],
      {
        cwd: root,
        env: {
          PATH: process.env['PATH'],
          SECRET_OF_THE_SHELL: 'x',
          ROLLCALL_DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
          ...options.env,
        },
      },
    );
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    const run = { process: child, output: () => output, ended };
    runs.push(run);
    return run;
  }

  async function ready(run: Run): Promise<Runtime> {
    const file = path.join(dataDir, 'runtime.json');
    await until(() => run.output().includes('Rollcall is ready') || run.process.exitCode !== null, run.output);
    if (!existsSync(file)) throw new Error(run.output());
    return JSON.parse(readFileSync(file, 'utf8')) as Runtime;
  }

  it('starts everything, says where it is, and stops everything at Ctrl-C', async () => {
    const run = start();
    const runtime = await ready(run);
    expect(Object.keys(runtime).sort()).toEqual(
      ['apiUrl', 'consoleUrl', 'databaseUrl', 'demo', 'gatewayUrl', 'graphqlUrl', 'pids', 'registryUrl'].sort(),
    );
    expect(Object.keys(runtime.demo)).toEqual(['adminToken', 'ownerToken', 'reviewerToken', 'ciToken', 'agentToken']);
    expect(statSync(path.join(dataDir, 'runtime.json')).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(dataDir, 'tokens.json')).mode & 0o777).toBe(0o600);
    expect(run.output()).toContain(runtime.demo['adminToken']);

    run.process.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(alive(runtime)).toEqual([]);
    expect(existsSync(path.join(dataDir, 'runtime.json'))).toBe(false);
    expect(existsSync(path.join(dataDir, 'up.lock'))).toBe(false);
  });

  it('gives its children no variable they do not need, and writes no secret to a log', async () => {
    const runtime = await ready(start());
    const seen = readFileSync(path.join(dataDir, 'worker-environment'), 'utf8').split(' ');
    expect(seen.filter((name) => !name.startsWith('ROLLCALL_') && !name.startsWith('NODE_CHANNEL'))).toEqual(['PATH']);
    expect(seen).not.toContain('ROLLCALL_GATEWAY_TOKEN');
    expect(seen.filter((name) => name.startsWith('ROLLCALL_KEYS'))).toEqual([]);
    const logs = readdirSync(path.join(dataDir, 'logs')).map((name) =>
      readFileSync(path.join(dataDir, 'logs', name), 'utf8'),
    );
    for (const token of Object.values(runtime.demo)) expect(logs.join('')).not.toContain(token);
  });

  it('keeps the sign-ins from start to start, and issues new ones when they are lost', async () => {
    const first = start();
    const tokens = (await ready(first)).demo;
    first.process.kill('SIGTERM');
    await first.ended;
    const second = start();
    expect((await ready(second)).demo).toEqual(tokens);
    second.process.kill('SIGTERM');
    await second.ended;
    writeFileSync(path.join(dataDir, 'tokens.json'), '{"half');
    const third = start();
    expect((await ready(third)).demo).not.toEqual(tokens);
    const calls = readFileSync(path.join(dataDir, 'bootstrap-calls'), 'utf8').trim().split('\n');
    expect(calls.map((call) => call.includes('--reissue'))).toEqual([true, false, true]);
  });

  it('refuses a second start on the same data, names the first, and leaves it alone', async () => {
    const runtime = await ready(start());
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(
      `Rollcall already runs on ${dataDir} (process ${runtime.pids['supervisor']}): ${runtime.apiUrl}`,
    );
    expect(alive(runtime)).toEqual(Object.keys(runtime.pids));
  });

  it('takes its children along when it is killed, and the next start recovers by itself', async () => {
    const first = start();
    const runtime = await ready(first);
    first.process.kill('SIGKILL');
    await first.ended;
    await until(
      () => alive(runtime).length === 0,
      () => alive(runtime).join(' '),
    );
    const again = await ready(start());
    expect(alive(again)).toEqual(Object.keys(again.pids));
  });

  it('ends a child that survived the supervisor, once it is sure that it is that child', async () => {
    program('worker/src/main.js', STUBBORN);
    const first = start();
    const runtime = await ready(first);
    first.process.kill('SIGKILL');
    await first.ended;
    await until(
      () => alive(runtime).join() === 'worker',
      () => alive(runtime).join(),
    );
    program('worker/src/main.js', PROGRAMS['worker/src/main.js'] ?? '');
    await ready(start());
    expect(alive(runtime)).toEqual([]);
  });

  it('leaves a stranger alone that got the process id of a former child, and takes over a lock with a recycled id', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    const pid = stranger.pid ?? 0;
    const first = start();
    await ready(first);
    first.process.kill('SIGTERM');
    await first.ended;
    writeFileSync(
      path.join(dataDir, 'children.json'),
      JSON.stringify({ started: [{ name: 'worker', pid, startedAt: 'another time' }] }),
    );
    writeFileSync(
      path.join(dataDir, 'up.lock'),
      JSON.stringify({ pid, startedAt: 'another time', url: 'http://127.0.0.1:1' }),
    );
    await ready(start());
    expect(stranger.exitCode).toBeNull();
    expect(identityOf(pid)).toBeDefined();
    stranger.kill('SIGKILL');
  });

  it.each([
    ['the api', 0, '--port'],
    ['the gateway', 1, '--gateway-port'],
  ])('says in one sentence that the port of %s is taken', async (_name, index, flag) => {
    const port = ports[index] ?? 0;
    const other = await listen(port);
    const run = start();
    expect(await run.ended).toBe(1);
    expect(run.output()).toBe(
      `Port ${port} on 127.0.0.1 is in use by another program. Stop that program, or choose another port: npm run up -- ${flag} N\n`,
    );
    other.close();
  });

  it('names the program that did not start and why, and leaves nothing running', async () => {
    program('worker/src/main.js', "throw new Error('the queue is not there');");
    const run = start();
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(
      /The worker did not start: exit code 1: Error: the queue is not there\. Read .*worker\.log/,
    );
    const ports_ = await Promise.all(ports.map(listen));
    for (const server of ports_) server.close();
  });

  it('says in one sentence that the configured Redis does not answer', async () => {
    const run = start({ env: { ROLLCALL_REDIS_URL: `redis://127.0.0.1:${ports[0]}` } });
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain(`Redis does not answer at 127.0.0.1:${ports[0]}. Start it,`);
  });

  it('starts a program that died once again, and gives up when it dies again', async () => {
    const run = start();
    const runtime = await ready(run);
    process.kill(runtime.pids['worker'] ?? 0, 'SIGKILL');
    await until(() => run.output().includes('The worker runs again.'), run.output);
    const children = JSON.parse(readFileSync(path.join(dataDir, 'children.json'), 'utf8')) as {
      started: { name: string; pid: number }[];
    };
    const reborn = children.started.find((one) => one.name === 'worker')?.pid ?? 0;
    expect(reborn).not.toBe(runtime.pids['worker']);
    process.kill(reborn, 'SIGKILL');
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('The worker ended unexpectedly (signal SIGKILL), so everything was stopped.');
    expect(alive(runtime)).toEqual([]);
  });

  it('stops in order while it is still starting', async () => {
    program('worker/src/main.js', `${COMMON} setInterval(() => undefined, 1000);`);
    const run = start();
    await until(() => run.output().includes('migrations'), run.output);
    run.process.kill('SIGINT');
    expect(await run.ended).toBe(0);
  });

  it('runs on the embedded PostgreSQL, also after it was killed in the middle', async () => {
    const embedded = { env: { ROLLCALL_DATABASE_URL: '' } };
    const first = start(embedded);
    const runtime = await ready(first);
    expect(Object.keys(runtime.pids)).toContain('postgres');
    first.process.kill('SIGKILL');
    await first.ended;
    const second = start(embedded);
    const again = await ready(second);
    expect(again.pids['postgres']).not.toBe(runtime.pids['postgres']);
    second.process.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    expect(alive(again)).toEqual([]);
  });

  it.each([
    ['an unknown flag', ['--colour', 'red'], 2, /--colour/],
    ['a port that is none', ['--port', '70000'], 2, /--port must be a port from 1 to 65535/],
  ])('refuses %s', async (_what, args, code, sentence) => {
    const run = start({ args });
    expect(await run.ended).toBe(code);
    expect(run.output()).toMatch(sentence);
  });

  it('lists what is wrong with the configuration and exits with 78', async () => {
    const run = start({ env: { ROLLCALL_PROT: '1' } });
    expect(await run.ended).toBe(78);
    expect(run.output()).toContain('did you mean ROLLCALL_PORT?');
  });
});

function alive(runtime: Runtime): string[] {
  return Object.entries(runtime.pids).flatMap(([name, pid]) => (identityOf(pid) ? [name] : []));
}

async function until(condition: () => boolean, why: () => string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`it did not happen in time: ${why()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

async function freePort(): Promise<number> {
  const server = await listen(0);
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}
