import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { loadTestConfig } from '@rollcall/config';
import { Refusal } from '@rollcall/kernel';
import { testDatabase } from '@rollcall/testing';
import {
  type JobFailure,
  type JobHandlers,
  JobQueue,
  type JobsConfig,
  JobsModule,
  JobWorker,
  JobWorkers,
  prepareJobs,
} from './index.js';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
const { requireRedis } = loadTestConfig();
if (!hasRedis && !requireRedis) process.stderr.write('jobs on Redis: skipped, there is no redis-server on the PATH\n');

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await sleep(15);
  }
}

type Backend = { config: JobsConfig; close(): Promise<void> };

async function postgres(): Promise<Backend> {
  const database = await testDatabase();
  return { config: { databaseUrl: database.url }, close: () => database.close() };
}

async function redis(): Promise<Backend> {
  const home = mkdtempSync(path.join(tmpdir(), 'rollcall-redis-'));
  const port = await freePort();
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    home,
    '--save',
    '',
    '--requirepass',
    'pa:ss',
  ];
  const server: ChildProcess = spawn('redis-server', options, { stdio: 'ignore' });
  await until(() => answers(port));
  return {
    config: {
      databaseUrl: 'postgresql://unused@127.0.0.1:1/unused',
      redisUrl: `redis://:${encodeURIComponent('pa:ss')}@127.0.0.1:${port}`,
    },
    close: async () => {
      server.kill('SIGKILL');
      await once(server, 'exit');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  return port;
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

describe.each([
  { name: 'PostgreSQL', open: postgres, run: true },
  { name: 'Redis', open: redis, run: hasRedis || requireRedis },
])('jobs on $name', ({ open, run }) => {
  const test = run ? it : it.skip;
  let backend: Backend;
  let queue: JobQueue;
  const workers: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    if (!run) return;
    backend = await open();
    await prepareJobs(backend.config);
    queue = new JobQueue(backend.config);
  });

  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.close();
  });

  afterAll(async () => {
    await queue?.close();
    await backend?.close();
  });

  async function work(handlers: JobHandlers<'checks'>, failures: JobFailure[] = []): Promise<JobWorker<'checks'>> {
    const onFailure = (failure: JobFailure) => void failures.push(failure);
    const worker = new JobWorker({ config: backend.config, queue: 'checks', handlers, onFailure });
    workers.push(worker);
    await worker.ready();
    return worker;
  }

  const add = (checkId: string) =>
    queue.add('checks', 'check.run', { organizationId: 'org_1', checkId }, { jobId: `evt_${checkId}` });

  test('run with their payload, and once for one id', async () => {
    await Promise.all([add('a'), add('a'), add('a')]);
    const seen: string[] = [];
    await work({ 'check.run': async ({ checkId }, { id }) => void seen.push(`${checkId} ${id}`) });
    await until(() => seen.length === 1);
    await add('a'); // also after it has run
    await add('b');
    await until(() => seen.length === 2);
    expect(seen).toEqual(['a evt_a', 'b evt_b']);
  });

  test('end at a refusal and are tried again after a fault', async () => {
    const failures: JobFailure[] = [];
    const runs: string[] = [];
    await work(
      {
        'check.run': async ({ checkId }, { attempt }) => {
          runs.push(`${checkId} ${attempt}`);
          if (checkId === 'refused') throw new Refusal({ code: 'NOT_NOW', message: 'Not now.', nextStep: 'Wait.' });
          if (attempt === 1) throw new Error('upstream is away');
        },
      },
      failures,
    );
    await add('refused');
    await add('faulty');
    await until(() => runs.includes('faulty 2'));
    expect(runs.filter((entry) => entry.startsWith('refused'))).toEqual(['refused 1']);
    const refused = failures.find((failure) => failure.id === 'evt_refused');
    expect(refused).toMatchObject({ final: true, attempt: 1, error: { message: 'NOT_NOW: Not now.' } });
    expect(failures.find((failure) => failure.id === 'evt_faulty')).toMatchObject({ final: false });
  });

  test('without a handler fail for good', async () => {
    const failures: JobFailure[] = [];
    await work({}, failures);
    await add('nobody');
    await until(() => failures.length === 1);
    expect(failures[0]).toMatchObject({ final: true, error: { message: expect.stringContaining('UNKNOWN_JOB') } });
  });

  test('in hand are finished before a worker closes', async () => {
    let begun = false;
    let finished = false;
    const worker = await work({
      'check.run': async () => {
        begun = true;
        await sleep(200);
        finished = true;
      },
    });
    await add('slow');
    await until(() => begun);
    await worker.close();
    expect(finished).toBe(true);
  });

  test('on a schedule are not doubled by saying it again after a restart', async () => {
    const say = async (everyMs: number) => {
      const another = new JobQueue(backend.config);
      await another.schedule('lifecycle', 'sweep', { everyMs }, { name: 'lifecycle.sweep', payload: {} });
      await another.close();
    };
    await say(3_600_000);
    await say(3_600_000);
    await say(200);
    expect(await queue.schedules('lifecycle')).toEqual(['sweep']);
    const depth = await queue.depth('lifecycle');
    expect(depth.waiting + depth.delayed).toBe(1);
    let runs = 0;
    const handlers = { 'lifecycle.sweep': async () => void runs++ };
    workers.push(new JobWorker({ config: backend.config, queue: 'lifecycle', handlers }));
    await until(() => runs >= 3);
    expect(await queue.unschedule('lifecycle', 'sweep')).toBe(true);
    expect(await queue.schedules('lifecycle')).toEqual([]);
  });

  test('are reached through the Nest module, which ends its workers', async () => {
    const module = await Test.createTestingModule({ imports: [JobsModule.forRoot(backend.config)] }).compile();
    const app = await module.init();
    const seen: string[] = [];
    const handlers = {
      'bundle.compile': async ({ organizationId }: { organizationId: string }) => {
        seen.push(organizationId);
      },
    };
    await app.get(JobWorkers).start({ queue: 'bundles', handlers });
    const payload = { organizationId: 'org_1' };
    await app.get(JobQueue).add('bundles', 'bundle.compile', payload, { jobId: 'evt_module' });
    await until(() => seen.length === 1);
    await app.close();
    await queue.add('bundles', 'bundle.compile', payload, { jobId: 'evt_after' });
    expect((await queue.depth('bundles')).waiting).toBe(1);
  });
});
