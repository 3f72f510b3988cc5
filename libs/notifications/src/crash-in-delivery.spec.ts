import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '@rollcall/kernel';
import type { OutboxEvent } from '@rollcall/persistence';
import { type ControlPlane, openControlPlane, seed } from '@rollcall/testing';
import { DeliveryService, WebhookService } from './index.js';
import { answers, Receiver } from './receiver.fixture.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FIXTURE = path.join(ROOT, 'libs/notifications/src/crash-in-delivery.fixture.ts');
let plane: ControlPlane;
let receiver: Receiver;

beforeAll(async () => {
  plane = await openControlPlane();
  receiver = await new Receiver().start();
});
afterAll(async () => {
  await receiver?.close();
  await plane?.close();
});

describe('a process that is killed after it sent and before it marked', () => {
  it('has the event sent again by the next one, with the same id and bytes', async () => {
    const acme = await seed(plane).organization('acme');
    const payments = await acme.team('payments');
    const olivia = await payments.maintainer('olivia');
    await plane.get(WebhookService).create(olivia.context(), {
      team: 'payments',
      kind: 'standard',
      url: receiver.url,
      events: ['*'],
    });
    await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
    const event = await plane.prisma.outboxEvent.findFirstOrThrow({ where: { topic: 'version.published' } });
    const [due] = await plane.get(DeliveryService).follow(event as unknown as OutboxEvent);

    const keyFile = path.join(plane.keysDir, 'secrets.key');
    const args = [
      '--import',
      path.join(ROOT, 'tools/typescript.mjs'),
      FIXTURE,
      plane.url,
      keyFile,
      acme.id,
      due?.id ?? '',
    ];
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: '--no-warnings' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    receiver.behaviour = () => void child.kill('SIGKILL');
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    const row = () => plane.prisma.webhookDelivery.findFirstOrThrow({ where: { organizationId: acme.id } });
    expect(await row()).toMatchObject({ status: 'pending', attempts: 1, lastStatus: null });

    receiver.behaviour = answers(200);
    plane.clock.set(new Date(Date.now() + 2 * MINUTE_MS));
    for (const next of await plane.get(DeliveryService).due()) await plane.get(DeliveryService).attempt(next);
    expect(await row()).toMatchObject({ status: 'delivered', attempts: 2 });
    const [first, second] = receiver.received;
    expect(first?.headers['webhook-id']).toBe(event.id);
    expect(second?.headers['webhook-id']).toBe(event.id);
    expect(second?.body).toBe(first?.body);
  });
});
