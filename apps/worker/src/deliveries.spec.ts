import 'reflect-metadata';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { InspectionPolicy } from '@rollcall/inspections';
import { JobQueue } from '@rollcall/jobs';
import { systemClock } from '@rollcall/kernel';
import { NotificationSettings, WebhookService } from '@rollcall/notifications';
import { createLogger } from '@rollcall/observability';
import { type ControlPlane, openControlPlane, seed } from '@rollcall/testing';
import { WorkerModule } from './worker.module.js';

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await sleep(25);
  }
}

const ids: string[] = [];
let refuse = true;
const receiver = createServer((request, response) => {
  ids.push(String(request.headers['webhook-id']));
  response.writeHead(refuse ? 503 : 204).end();
});
let plane: ControlPlane;
const workers: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  plane = await openControlPlane();
  plane.clock.set(new Date()); // the workers use the machine's clock
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const worker of workers) await worker.close();
  receiver.closeAllConnections();
  receiver.close();
  await plane?.close();
});

async function startWorker() {
  const worker = await NestFactory.createApplicationContext(
    WorkerModule.forRoot({
      databaseUrl: plane.url,
      inspections: new InspectionPolicy({ allowPrivate: ['127.0.0.0/8'] }, {}, 5_000),
      notifications: new NotificationSettings({
        secretsKeyFile: `${plane.keysDir}/secrets.key`,
        publicUrl: 'https://rollcall.example.com',
        allowPrivate: ['127.0.0.0/8'],
      }),
      clock: systemClock(),
      logger: createLogger({ service: 'worker', level: 'silent' }),
    }),
    { logger: false, abortOnError: false },
  );
  workers.push(worker);
  return worker;
}

describe('workers', () => {
  it('bring an event through outbox and queue, again after a failure and a restart, each attempt once', async () => {
    const acme = await seed(plane).organization('acme');
    const payments = await acme.team('payments');
    const olivia = await payments.maintainer('olivia');
    const { port } = receiver.address() as AddressInfo;
    await plane.get(WebhookService).create(olivia.context(), {
      team: 'payments',
      kind: 'standard',
      url: `http://127.0.0.1:${port}/`,
      events: ['dev.rollcall.version.published.v1'],
    });
    await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
    const [first] = await Promise.all([startWorker(), startWorker()]);
    const row = () => plane.prisma.webhookDelivery.findFirst({ where: { organizationId: acme.id } });
    await until(async () => (await row())?.lastStatus === 503);
    expect(await row()).toMatchObject({ status: 'pending', attempts: 1 });
    expect((await first?.get(JobQueue).schedules('deliveries'))?.sort()).toEqual([
      'deliveries-due',
      'deliveries-purge',
    ]);
    for (const worker of workers.splice(0)) await worker.close();

    refuse = false;
    await Promise.all([startWorker(), startWorker()]); // the sweep finds what waits after its 5 s
    await until(async () => (await row())?.status === 'delivered');
    expect(await row()).toMatchObject({ attempts: 2, lastStatus: 204 });
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });
});
