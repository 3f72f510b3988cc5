import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock, ulidIds } from '@rollcall/kernel';
import { testDatabase } from '@rollcall/testing';
import { PrismaService } from '../prisma.service.js';
import { PrismaTransactionRunner } from '../transaction.js';
import { Outbox } from './outbox.js';
import { OutboxDispatcher, type OutboxEvent, purgeDispatched } from './outbox-dispatcher.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const outbox = new Outbox(ulidIds(systemClock()));
let database: Awaited<ReturnType<typeof testDatabase>>;
let prisma: PrismaService;
let transactions: PrismaTransactionRunner;

beforeAll(async () => {
  database = await testDatabase();
  prisma = new PrismaService({ url: database.url });
  transactions = new PrismaTransactionRunner(prisma);
});

afterAll(async () => {
  await prisma?.$disconnect();
  await database?.close();
});

beforeEach(async () => {
  await prisma.outboxEvent.deleteMany();
});

const event = (n: number, key?: string) => ({
  organizationId: 'org_1',
  topic: 'version.published',
  payload: { n },
  ...(key ? { key } : {}),
});

const append = (n: number, key?: string) => transactions.run((tx) => outbox.append(tx, event(n, key)));

type Published = { events: OutboxEvent[]; dispatcher: OutboxDispatcher };

function dispatcher(
  options: { publish?: (event: OutboxEvent) => Promise<void>; pollMs?: number; leaseMs?: number } = {},
): Published {
  const events: OutboxEvent[] = [];
  const publish = options.publish ?? (async () => undefined);
  return {
    events,
    dispatcher: new OutboxDispatcher({
      prisma,
      url: database.url,
      pollMs: options.pollMs ?? 60_000,
      leaseMs: options.leaseMs ?? 30_000,
      publish: async (next) => {
        events.push(next);
        await publish(next);
      },
    }),
  };
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await sleep(10);
  }
}

const undelivered = () => prisma.outboxEvent.count({ where: { dispatchedAt: null } });

describe('the outbox', () => {
  it('forgets the event when the transaction it belongs to fails', async () => {
    const failing = transactions.run(async (tx) => {
      await outbox.append(tx, event(1));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await prisma.outboxEvent.count()).toBe(0);
  });

  it('writes an event with a key once per organization', async () => {
    const id = await append(1, 'sunset/ver_1');
    expect(await append(2, 'sunset/ver_1')).toBe(id);
    await transactions.run((tx) => outbox.append(tx, { ...event(3, 'sunset/ver_1'), organizationId: 'org_2' }));
    expect(await prisma.outboxEvent.count()).toBe(2);
  });
});

describe('the dispatcher', () => {
  it('is woken by a commit long before its poll, delivers in order and marks', async () => {
    const { events, dispatcher: running } = dispatcher();
    await running.start();
    const ids = [await append(1), await append(2), await append(3)];
    await until(() => events.length === 3);
    expect(events.map((one) => one.id)).toEqual(ids);
    expect(events[0]).toMatchObject({
      organizationId: 'org_1',
      topic: 'version.published',
      payload: { n: 1 },
      attempts: 1,
    });
    await until(async () => (await undelivered()) === 0);
    await running.stop();
  });

  it('shares the work among several without delivering anything twice', async () => {
    for (let n = 0; n < 60; n++) await append(n);
    const several = [dispatcher(), dispatcher(), dispatcher()];
    const counts = await Promise.all(several.map((one) => one.dispatcher.dispatchDue()));
    const ids = several.flatMap((one) => one.events.map((next) => next.id));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(60);
    expect(new Set(ids).size).toBe(60);
    expect(ids).toHaveLength(60);
  });

  it('delivers again, with the same id, when its process is killed between publish and mark', async () => {
    const id = await append(1);
    const program = path.join(ROOT, 'libs/persistence/src/outbox/crash-before-mark.fixture.ts');
    const args = ['--import', path.join(ROOT, 'tools/typescript.mjs'), program, database.url];
    const crashed = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', timeout: 30_000 });
    expect(crashed.signal).toBe('SIGKILL');
    expect(crashed.stdout.trim()).toBe(id);
    const { events, dispatcher: next } = dispatcher({ pollMs: 50 });
    await next.start();
    await until(() => events.length > 0);
    expect(events[0]).toMatchObject({ id, attempts: 2 });
    await until(async () => (await undelivered()) === 0);
    await next.stop();
  });

  it('tries a failed publish again later and keeps the other events going', async () => {
    const bad = await append(1);
    await append(2);
    const { events, dispatcher: running } = dispatcher({
      publish: async (next) => {
        if (next.id === bad && next.attempts === 1) throw new Error('queue is away');
      },
      pollMs: 50,
    });
    await running.start();
    await until(async () => (await undelivered()) === 0);
    await running.stop();
    expect(events.filter((next) => next.id === bad).map((next) => next.attempts)).toEqual([1, 2]);
  });

  it('finishes the event in hand when it is stopped, and gives the rest back at once', async () => {
    for (let n = 0; n < 5; n++) await append(n);
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { events, dispatcher: running } = dispatcher({ publish: () => gate });
    await running.start();
    await until(() => events.length === 1);
    const stopped = running.stop();
    release();
    await stopped;
    expect(events).toHaveLength(1);
    const after = dispatcher();
    expect(await after.dispatcher.dispatchDue()).toBe(4);
    expect(after.events.every((next) => next.attempts === 1)).toBe(true);
  });

  it('purges delivered events only', async () => {
    await append(1);
    await dispatcher().dispatcher.dispatchDue();
    await append(2);
    expect(await purgeDispatched(prisma, new Date(Date.now() + 60_000))).toBe(1);
    expect(await prisma.outboxEvent.count()).toBe(1);
  });
});
