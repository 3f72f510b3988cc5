import 'reflect-metadata';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadTestConfig } from '@rollcall/config';
import { ConformanceService, GoldenService } from '@rollcall/evidence';
import { InspectionPolicy } from '@rollcall/inspections';
import { JobQueue } from '@rollcall/jobs';
import { systemClock } from '@rollcall/kernel';
import { NotificationSettings } from '@rollcall/notifications';
import { createLogger } from '@rollcall/observability';
import { RegistryService } from '@rollcall/registry';
import { type ControlPlane, openControlPlane, seed, startMcpServer } from '@rollcall/testing';
import { Schedules } from './schedules.js';
import { WorkerModule } from './worker.module.js';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
const { requireRedis } = loadTestConfig();

async function until(what: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await sleep(25);
  }
}

type Redis = { url: string; stop(): Promise<void> };

async function startRedis(): Promise<Redis> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as net.AddressInfo;
  probe.close();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server: ChildProcess = spawn('redis-server', options, { stdio: 'ignore' });
  await until(
    () =>
      new Promise((resolve) => {
        const socket = net.connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
        socket.unref();
      }),
  );
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
  };
}

describe.each([
  { name: 'PostgreSQL', onRedis: false, run: true },
  { name: 'Redis', onRedis: true, run: hasRedis || requireRedis },
])('the worker with queues on $name', ({ onRedis, run }) => {
  const test = run ? it : it.skip;
  let plane: ControlPlane;
  let redis: Redis | undefined;
  const started: { close(): Promise<void> }[] = [];
  const lines: string[] = [];

  beforeAll(async () => {
    if (!run) return;
    plane = await openControlPlane();
    redis = onRedis ? await startRedis() : undefined;
  });

  afterAll(async () => {
    for (const one of started) await one.close();
    await redis?.stop();
    await plane?.close();
  });

  async function startWorker(): Promise<INestApplicationContext> {
    const options = {
      databaseUrl: plane.url,
      redisUrl: redis?.url,
      inspections: new InspectionPolicy({ allowPrivate: ['127.0.0.0/8'] }, {}, 5_000),
      notifications: new NotificationSettings({
        secretsKeyFile: `${plane.keysDir}/secrets.key`,
        publicUrl: 'https://rollcall.example.com',
        allowPrivate: ['127.0.0.0/8'],
      }),
      clock: systemClock(),
      logger: createLogger({
        service: 'worker',
        level: 'warn',
        destination: { write: (line: string) => void lines.push(line) },
      }),
    };
    const module = WorkerModule.forRoot(options);
    const worker = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    started.push(worker);
    return worker;
  }

  test('takes a publish from the outbox through the queues to an inspection and its check', async () => {
    const acme = await seed(plane).organization('acme');
    const payments = await acme.team('payments');
    const ci = await payments.developer('ci');
    const server = await startMcpServer();
    started.push(server);
    const version = await ci.publishes(`${payments.namespace}/ledger`, '1.0.0'); // before any worker runs
    let worker = await startWorker();
    const inspection = (purpose: string) =>
      plane.prisma.inspection.findFirst({ where: { versionId: version.id, purpose, finishedAt: { not: null } } });

    await until(async () => (await inspection('publish')) !== null);
    expect(await inspection('publish')).toMatchObject({
      outcome: 'refused_by_policy',
      issues: [{ code: 'NO_TARGET' }],
    });

    await plane.get(RegistryService).setEndpoint(ci.context(), {
      version: version.ref,
      environment: 'staging',
      transport: 'streamable-http',
      url: server.url,
    });
    await until(async () => (await inspection('endpoint')) !== null);
    const seen = await inspection('endpoint');
    expect(seen).toMatchObject({ outcome: 'healthy', status: 'completed' });
    const check = () =>
      plane.prisma.check.findFirst({ where: { inspectionId: seen?.id ?? '', finishedAt: { not: null } } });
    await until(async () => (await check()) !== null);
    expect(await check()).toMatchObject({ conclusion: 'success', contractDigest: seen?.contractDigest });
    expect((await version.row()).contractDigest).toBe(seen?.contractDigest);

    const calls = [{ name: 'greets', tool: 'greet', arguments: { name: 'Ada' } }];
    const golden = plane.get(GoldenService);
    await golden.declare(ci.context(), { server: { byName: version.name }, document: { calls } });
    const goldenId = await golden.request(ci.context(), { version: version.ref });
    const conformanceId = await plane.get(ConformanceService).request(ci.context(), { version: version.ref });
    const goldenRun = () => plane.prisma.goldenRun.findUniqueOrThrow({ where: { id: goldenId } });
    await until(async () => (await goldenRun()).finishedAt !== null);
    expect(await goldenRun()).toMatchObject({ passed: 1, contractDigest: seen?.contractDigest });
    const conformanceRun = () => plane.prisma.conformanceRun.findUniqueOrThrow({ where: { id: conformanceId } });
    await until(async () => (await conformanceRun()).finishedAt !== null);
    expect(await conformanceRun()).toMatchObject({ status: 'failed', code: 'CONFORMANCE_KIT_MISSING' });

    await until(async () => (await plane.prisma.outboxEvent.count({ where: { dispatchedAt: null } })) === 0);
    const schedules = await worker.get(JobQueue).schedules('lifecycle');
    await started.splice(started.indexOf(worker), 1)[0]?.close();
    worker = await startWorker();
    expect((await worker.get(JobQueue).schedules('lifecycle')).sort()).toEqual(schedules.sort());
    const later = await seed(plane).organization('made-while-it-runs');
    await worker.get(Schedules).forOrganizations();
    expect(await worker.get(JobQueue).schedules('bundles')).toContain(`compile-${later.id}`);
    expect(await worker.get(JobQueue).schedules('audit')).toContain(`audit-checkpoint-${later.id}`);
    expect(await plane.prisma.inspection.count({ where: { versionId: version.id } })).toBe(2);
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});
