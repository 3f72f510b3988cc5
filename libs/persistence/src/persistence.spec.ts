import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { asOwner, testDatabase } from '@rollcall/testing';
import pg from 'pg';
import {
  isUniqueViolation,
  listen,
  Outbox,
  PersistenceModule,
  PrismaService,
  TransactionRunner,
  tryAdvisoryLock,
  withAdvisoryLock,
} from './index.js';

let database: Awaited<ReturnType<typeof testDatabase>>;
let app: Awaited<ReturnType<Awaited<ReturnType<ReturnType<typeof Test.createTestingModule>['compile']>>['init']>>;
let prisma: PrismaService;
let transactions: TransactionRunner;

beforeAll(async () => {
  database = await testDatabase();
  const module = await Test.createTestingModule({
    imports: [PersistenceModule.forRoot({ url: database.url })],
  }).compile();
  app = await module.init();
  prisma = app.get(PrismaService);
  transactions = app.get(TransactionRunner);
  await asOwner(
    database.url,
    `CREATE TABLE counters (id text CONSTRAINT counters_pkey PRIMARY KEY, n int NOT NULL);
    GRANT SELECT, INSERT, UPDATE ON counters TO rollcall_app; INSERT INTO counters VALUES ('a', 0), ('b', 0)`,
  );
});

afterAll(async () => {
  await app?.close();
  await database?.close();
});

async function counterOf(id: string): Promise<number | undefined> {
  return (await prisma.$queryRaw<{ n: number }[]>`SELECT n FROM counters WHERE id = ${id}`)[0]?.n;
}

async function until(what: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!what()) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await sleep(10);
  }
}

describe('a transaction', () => {
  it('keeps nothing of what a failing use case wrote', async () => {
    const failing = transactions.run(async (tx) => {
      await tx.$executeRaw`UPDATE counters SET n = 99 WHERE id = 'b'`;
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await counterOf('b')).toBe(0);
  });

  it('runs again after a serialization failure, so that no update is lost', async () => {
    let runs = 0;
    let arrived = 0;
    const increment = () =>
      transactions.run(
        async (tx) => {
          runs++;
          const [row] = await tx.$queryRaw<{ n: number }[]>`SELECT n FROM counters WHERE id = 'a'`;
          arrived++;
          await until(() => arrived >= 2); // both have read before either writes
          await tx.$executeRaw`UPDATE counters SET n = ${(row?.n ?? 0) + 1} WHERE id = 'a'`;
        },
        { isolation: 'serializable' },
      );
    await Promise.all([increment(), increment()]);
    expect(await counterOf('a')).toBe(2);
    expect(runs).toBeGreaterThan(2);
  });

  it('runs again after a deadlock', async () => {
    let arrived = 0;
    const both = (first: string, second: string) =>
      transactions.run(async (tx) => {
        await tx.$executeRaw`UPDATE counters SET n = n + 10 WHERE id = ${first}`;
        arrived++;
        await until(() => arrived >= 2);
        await tx.$executeRaw`UPDATE counters SET n = n + 10 WHERE id = ${second}`;
      });
    const before = (await counterOf('a')) ?? 0;
    await Promise.all([both('a', 'b'), both('b', 'a')]);
    expect(await counterOf('a')).toBe(before + 20);
  });

  it('as a snapshot sees one moment and cannot write', async () => {
    await transactions.snapshot(async (tx) => {
      const read = () => tx.$queryRaw<{ n: number }[]>`SELECT n FROM counters WHERE id = 'b'`;
      const before = await read();
      await prisma.$executeRaw`UPDATE counters SET n = n + 1 WHERE id = 'b'`;
      expect(await read()).toEqual(before);
    });
    const writing = transactions.snapshot((tx) => tx.$executeRaw`UPDATE counters SET n = 0`);
    await expect(writing).rejects.toThrow(/read-only transaction/);
  });

  it('with an advisory lock lets in one at a time', async () => {
    await transactions.run(async (tx) => {
      await withAdvisoryLock(tx, 'sweep');
      expect(await transactions.run((other) => tryAdvisoryLock(other, 'sweep'))).toBe(false);
      expect(await transactions.run((other) => tryAdvisoryLock(other, 'another'))).toBe(true);
    });
    expect(await transactions.run((tx) => tryAdvisoryLock(tx, 'sweep'))).toBe(true);
  });
});

describe('a unique violation', () => {
  const caught = (attempt: Promise<unknown>) =>
    attempt.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('is known by the name of its constraint, for raw statements and for models', async () => {
    const raw = await caught(prisma.$executeRaw`INSERT INTO counters VALUES ('a', 1)`);
    expect(isUniqueViolation(raw, 'counters_pkey')).toBe(true);
    expect(isUniqueViolation(raw, 'other')).toBe(false);
    const event = { id: 'evt_1', organizationId: 'org_1', topic: 't', payload: {} };
    await prisma.outboxEvent.create({ data: event });
    const model = await caught(prisma.outboxEvent.create({ data: event }));
    expect(isUniqueViolation(model, 'outbox_pkey')).toBe(true);
    expect(isUniqueViolation(model, 'counters_pkey')).toBe(false);
    expect(isUniqueViolation(new Error('constraint "outbox_pkey"'), 'outbox_pkey')).toBe(false);
  });
});

describe('listening', () => {
  it('hears messages, comes back after a lost connection and says so', async () => {
    const heard: string[] = [];
    let reconnects = 0;
    const listening = await listen(database.url, 'news', {
      onMessage: (text) => void heard.push(text),
      onReconnect: () => void reconnects++,
    });
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("NOTIFY news, 'one'");
    await until(() => heard.includes('one'));
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rollcall listen'",
    );
    await until(() => reconnects === 1);
    await client.query("NOTIFY news, 'two'");
    await until(() => heard.includes('two'));
    await listening.close();
    const { rows } = await client.query(
      "SELECT 1 FROM pg_stat_activity WHERE application_name = 'rollcall listen' AND datname = current_database()",
    );
    expect(rows).toEqual([]);
    await client.end();
  });

  it('refuses to begin without a database', async () => {
    const nowhere = 'postgresql://nobody@127.0.0.1:1/none';
    await expect(listen(nowhere, 'news', { onMessage: () => undefined })).rejects.toThrow();
  });
});

describe('the module', () => {
  it('provides the outbox', () => expect(app.get(Outbox)).toBeInstanceOf(Outbox));
});
