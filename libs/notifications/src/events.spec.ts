import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ChangeApprovalService, CheckService } from '@rollcall/checks';
import type { OutboxEvent } from '@rollcall/persistence';
import {
  type ControlPlane,
  contractOf,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  STRICTER_GREET_TOOL,
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

describe('a check that somebody asked for', () => {
  it('is told with its verdict and its link, and once that it waits for approval', async () => {
    await version.seen();
    await told();
    const ci = await payments.developer('pipeline');
    const contract = JSON.parse(JSON.stringify(contractOf([STRICTER_GREET_TOOL])));
    const ask = { candidate: { server: version.name, contract }, contextId: 'acme/ledger#1' };
    const { id } = await plane.get(CheckService).request(ci.context(), ask);
    await plane.get(CheckService).run(id);
    const before = (await told()).slice(-2);
    expect(before).toEqual(['check.completed', 'check.approval_requested']);
    await plane.get(ChangeApprovalService).approve(riley.context(), { check: id, all: true, reason: 'Secret reason.' });
    expect((await told()).at(-1)).toBe('check.completed');
    const events = await plane.prisma.webhookEvent.findMany({
      where: { organizationId: acme.id },
      orderBy: { id: 'asc' },
    });
    expect(events.slice(-3).map((event) => event.data)).toMatchObject([
      { server: { name: version.name }, version: null, contextId: 'acme/ledger#1', conclusion: 'failure' },
      { waiting: expect.any(Number), url: `https://rollcall.example.com/checks/${id}` },
      { checkId: id, conclusion: 'success' },
    ]);
    expect(JSON.stringify(events)).not.toContain('Secret reason');
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

describe('the health of an endpoint', () => {
  const followed = async (topic: string, payload: object) => {
    const now = plane.clock.now();
    const id = `evt_${count}_${topic}_${Object.values(payload).join('_')}`;
    const environmentId = acme.environment('production').id;
    const about = { endpointId: 'ept_1', versionId: version.id, environmentId, environmentKind: 'production' };
    const event = { id, organizationId: acme.id, topic, createdAt: now, attempts: 1 };
    await plane.get(DeliveryService).follow({ ...event, payload: { ...about, ...payload } });
    return plane.prisma.webhookEvent.findUnique({ where: { id } });
  };

  it('is news when it falls and when it rises, and a first good answer is none', async () => {
    const changed = (from: string, to: string, outcome: string) =>
      followed('endpoint.health_changed', { from, to, outcome, findings: ['CERTIFICATE_EXPIRED'] });
    expect(await changed('unknown', 'healthy', 'healthy')).toBeNull();
    expect(await changed('healthy', 'unhealthy', 'timeout')).toMatchObject({
      type: 'dev.rollcall.endpoint.health_changed.v1',
      data: {
        endpointId: 'ept_1',
        environment: 'production',
        from: 'healthy',
        to: 'unhealthy',
        outcome: 'timeout',
        findings: ['CERTIFICATE_EXPIRED'],
      },
    });
    expect(await changed('unhealthy', 'healthy', 'healthy')).toMatchObject({ data: { to: 'healthy' } });
  });

  it('is news when anybody may list its tools, and when that has ended', async () => {
    const topic = 'endpoint.unauthenticated_access';
    expect(await followed(topic, { open: true })).toMatchObject({ data: { open: true, environment: 'production' } });
    expect(await followed(topic, { open: false })).toMatchObject({ data: { open: false } });
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
