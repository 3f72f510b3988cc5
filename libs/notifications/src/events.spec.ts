import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutboxEvent } from '@rollcall/persistence';
import {
  type ControlPlane,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { HoldService } from '@rollcall/transitions';
import { DeliveryService, WebhookService } from './index.js';
import { Receiver } from './receiver.fixture.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let payments: TeamSeed;
let olivia: PersonSeed;
let riley: PersonSeed;
let ada: PersonSeed;
let version: ServerVersionSeed;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  ada = await acme.admin('ada');
  payments = await acme.team('payments');
  olivia = await payments.maintainer('olivia');
  riley = await acme.reviewer('riley');
  const url = 'https://hooks.example.com/';
  await plane.get(WebhookService).create(ada.context(), { kind: 'standard', url, events: ['*'] });
  version = await (await payments.developer('ci')).publishes(`${payments.namespace}/ledger`, '1.0.0');
});

/** The public events of everything that happened, in its order, without those of the webhook itself. */
async function told(): Promise<string[]> {
  const outbox = await plane.prisma.outboxEvent.findMany({
    where: { organizationId: acme.id },
    orderBy: { id: 'asc' },
  });
  for (const event of outbox) await plane.get(DeliveryService).follow(event as unknown as OutboxEvent);
  const stored = await plane.prisma.webhookEvent.findMany({
    where: { organizationId: acme.id },
    orderBy: { id: 'asc' },
  });
  return stored.map((event) => event.type.replace(/^dev\.rollcall\.|\.v1$/g, ''));
}

describe('what happens to a version', () => {
  it('is told step by step, each step once', async () => {
    await version.reaches('active', { owner: olivia, reviewer: riley });
    await plane.get(HoldService).quarantine(riley.context(), { version: version.ref, reason: 'Leaks.' });
    await plane.get(HoldService).release(riley.context(), { version: version.ref, reason: 'Fixed.' });
    expect(await told()).toEqual([
      'namespace.claimed',
      'version.published',
      'check.concluded',
      'version.submitted',
      'version.approved',
      'check.concluded',
      'version.activated',
      'version.quarantined',
      'version.released',
    ]);
  });

  it('never carries what people wrote as a reason, or what a server offers', async () => {
    await version.reaches('in_review', { owner: olivia, reviewer: riley });
    await version.moves(riley, 'draft', { reason: 'The password is hunter2.' });
    expect(await told()).toContain('version.transitioned');
    const text = JSON.stringify(await plane.prisma.webhookEvent.findMany({ where: { organizationId: acme.id } }));
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('inputSchema');
  });
});

describe('an inspection', () => {
  const inspected = async (outcome: string, contractDigest: string | null) => {
    plane.clock.advance(1_000);
    const now = plane.clock.now();
    const id = `ins_${count}_${now.getTime()}`;
    await plane.prisma.inspection.create({
      data: {
        id,
        organizationId: acme.id,
        versionId: version.id,
        environmentId: acme.environment('staging').id,
        purpose: 'probe',
        status: 'completed',
        outcome,
        contractDigest,
        issues: [],
        requestedBy: 'system',
        requestedAt: now,
        finishedAt: now,
      },
    });
    const event = {
      id: `evt_${id}`,
      organizationId: acme.id,
      topic: 'inspection.finished',
      createdAt: now,
      attempts: 1,
    };
    await plane
      .get(DeliveryService)
      .follow({ ...event, payload: { inspectionId: id, versionId: version.id, purpose: 'probe' } });
    return plane.prisma.webhookEvent.findUnique({ where: { id: event.id } });
  };

  it('is news when the server is unhealthy or drifts, and only when it was not so before', async () => {
    await version.reaches('staging', { owner: olivia, reviewer: riley });
    const { approvedContractDigest: approved } = await version.row();
    expect(await inspected('healthy', approved)).toBeNull();
    expect(await inspected('unreachable', null)).toMatchObject({
      data: { outcome: 'unreachable', drift: false, environment: 'staging' },
    });
    expect(await inspected('unreachable', null)).toBeNull();
    expect(await inspected('healthy', approved)).toBeNull();
    expect(await inspected('unreachable', null)).not.toBeNull();
    expect(await inspected('healthy', 'sha256:other')).toMatchObject({ data: { outcome: 'healthy', drift: true } });
    expect(await inspected('healthy', 'sha256:other')).toBeNull();
  });
});

describe('a Slack webhook', () => {
  it('is sent a sentence, unsigned', async () => {
    const receiver = await new Receiver().start();
    const events = ['dev.rollcall.version.submitted.v1'];
    const input = { kind: 'slack', url: `${receiver.url}/services/T/B/x`, events } as const;
    const { webhook } = await plane.get(WebhookService).create(ada.context(), input);
    await version.reaches('in_review', { owner: olivia, reviewer: riley });
    await told();
    const waiting = await plane.prisma.webhookDelivery.findMany({ where: { endpointId: webhook.id } });
    for (const due of waiting) await plane.get(DeliveryService).attempt(due);
    expect(receiver.received).toHaveLength(1);
    const [{ headers, body, path } = { headers: {}, body: '', path: '' }] = receiver.received;
    expect(path).toBe('/services/T/B/x');
    expect(headers).not.toHaveProperty('webhook-signature');
    expect(JSON.parse(body)).toMatchObject({ text: `${version.name} 1.0.0 was handed in for review by olivia.` });
    await receiver.close();
  });
});
