import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AgentService, GrantService } from '@rollcall/agents';
import { DAY_MS, HOUR_MS, SECOND_MS } from '@rollcall/kernel';
import type { OutboxEvent } from '@rollcall/persistence';
import {
  type ControlPlane,
  GREET_TOOL,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { HoldService } from '@rollcall/transitions';
import { DeliveryService, NoticeService, WebhookService } from './index.js';
import { Receiver } from './receiver.fixture.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let support: TeamSeed;
let olivia: PersonSeed;
let sam: PersonSeed;
let riley: PersonSeed;
let version: ServerVersionSeed;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  const payments = await acme.team('payments');
  support = await acme.team('support');
  olivia = await payments.maintainer('olivia');
  sam = await support.maintainer('sam');
  riley = await acme.reviewer('riley');
  const ci = await payments.developer('ci');
  version = await ci.publishes(`${payments.namespace}/ledger`, '1.2.0');
  await version.reaches('active', { owner: olivia, reviewer: riley });
  const successor = await ci.publishes(version.name, '2.0.0');
  const tools = [{ ...GREET_TOOL, name: 'hello' }];
  await successor.reaches('staging', { owner: olivia, reviewer: riley }, { tools });
});

const notices = () => plane.get(NoticeService);

/** An agent of the support team; with `versions` it has a grant. */
async function agent(slug: string, versions?: string): Promise<string> {
  const ada = await acme.admin(`ada-${slug}`);
  const { id } = await plane.get(AgentService).create(ada.context(), { slug, name: slug, team: 'support' });
  if (versions) {
    const server = { byName: version.name };
    const grant = { agent: slug, server, environment: 'production', tools: ['greet'], versions };
    await plane.get(GrantService).create(ada.context(), grant);
  }
  return id;
}

async function called(agentId: string, tool: string, ok: number, before = HOUR_MS): Promise<void> {
  const { server } = await plane.prisma.serverVersion.findUniqueOrThrow({
    where: { id: version.id },
    include: { server: true },
  });
  await plane.prisma.usageHour.create({
    data: {
      organizationId: acme.id,
      environmentId: acme.environment('production').id,
      hour: new Date(plane.clock.now().getTime() - before),
      agentId,
      alias: server.alias,
      version: '1.2.0',
      tool,
      ok,
      refused: 0,
      errors: 0,
    },
  });
}

const deprecate = () =>
  version.moves(olivia, 'deprecated', {
    sunsetAt: new Date(plane.clock.now().getTime() + 40 * DAY_MS),
    successor: { server: version.name, version: '2.0.0', tools: { greet: 'hello' } },
  });

/** Hands every event of a topic to the notices, as often as the outbox might. */
async function followed(topic: string): Promise<OutboxEvent[]> {
  const events = await plane.prisma.outboxEvent.findMany({
    where: { organizationId: acme.id, topic },
    orderBy: { id: 'asc' },
  });
  for (const event of events) for (let n = 0; n < 2; n++) await notices().follow(event as unknown as OutboxEvent);
  return events as unknown as OutboxEvent[];
}

const page = (who: PersonSeed, where: object = {}) => notices().page(who.context(), { first: 50, ...where });

describe('the owner of an agent', () => {
  it('is told once that a version the agent may call or has called ends, when, what instead, and what it used', async () => {
    const granted = await agent('granted', '^1.0.0');
    const caller = await agent('caller');
    await agent('elsewhere', '1.2.0');
    await agent('older', '~1.1.0 || ^2.0.0').catch(() => undefined);
    await agent('idle');
    await called(granted, 'greet', 7);
    await called(caller, 'greet', 2);
    await called(caller, 'wave', 5);
    await called(caller, 'ancient', 5, 31 * DAY_MS);
    await deprecate();
    const { sunsetAt } = (await version.row()).deprecation as { sunsetAt: string };
    const events = await followed('version.transitioned');
    await Promise.all(events.map((event) => notices().follow(event)));
    const { items } = await page(sam);
    expect(items).toHaveLength(3);
    const told = items.find((one) => one.agentId === caller);
    expect(told).toMatchObject({
      kind: 'deprecated',
      teamId: support.id,
      readAt: null,
      data: {
        agent: { slug: 'caller' },
        server: { name: version.name },
        version: '1.2.0',
        sunsetAt,
        successor: { server: version.name, version: '2.0.0', tools: { greet: 'hello' } },
        toolsUsed: [
          { tool: 'wave', calls: 5 },
          { tool: 'greet', calls: 2 },
        ],
      },
    });
    expect(told?.text).toContain(`caller uses ${version.name} 1.2.0, which is deprecated.`);
    expect((await page(sam, { agent: 'granted' })).items).toMatchObject([
      { data: { toolsUsed: [{ tool: 'greet', calls: 7 }] } },
    ]);
  });

  it('is told again when a version is deprecated another time, and when the end was taken back', async () => {
    await agent('granted', '1.2.0');
    await deprecate();
    await version.moves(olivia, 'active', { reason: 'Too early.' });
    await deprecate();
    await followed('version.transitioned');
    expect((await page(sam)).items.map((one) => one.kind).sort()).toEqual(['deprecated', 'deprecated', 'restored']);
  });

  it('is told of each milestone on the way to the sunset once, also when it is announced twice', async () => {
    await agent('granted', '1.2.0');
    await deprecate();
    for (const [id, days] of [
      ['evt_a', 30],
      ['evt_b', 7],
      ['evt_c', 7],
    ] as const) {
      await notices().follow({
        id: `${id}${count}`,
        organizationId: acme.id,
        topic: 'version.sunset_approaching',
        payload: {
          versionId: version.id,
          sunsetAt: '2027-01-01T00:00:00.000Z',
          days,
          daysLeft: Number(id === 'evt_c'),
        },
        createdAt: plane.clock.now(),
        attempts: 1,
      });
    }
    expect((await page(sam, { kind: 'sunset_approaching' })).items).toHaveLength(2);
  });

  it('is told of a quarantine and of its end', async () => {
    await agent('granted', '1.2.0');
    await plane.get(HoldService).quarantine(riley.context(), { version: version.ref, reason: 'Leaks.' });
    await plane.get(HoldService).release(riley.context(), { version: version.ref, reason: 'Fixed.' });
    await followed('version.quarantined');
    plane.clock.advance(SECOND_MS);
    await followed('version.released');
    expect((await page(sam)).items.map((one) => one.kind)).toEqual(['released', 'quarantined']);
  });

  it('is told when what the agent may call is down in production, and when it is back', async () => {
    await agent('granted', '1.2.0');
    const change = async (environmentKind: string, from: string, to: string) => {
      plane.clock.advance(SECOND_MS);
      const id = `evt_${count}_${environmentKind}_${from}_${to}`;
      const payload = { endpointId: 'ept_1', versionId: version.id, environmentKind, from, to };
      const event = { id, organizationId: acme.id, topic: 'endpoint.health_changed', payload };
      await notices().follow({ ...event, createdAt: plane.clock.now(), attempts: 1 });
    };
    await change('staging', 'healthy', 'unhealthy');
    await change('production', 'unknown', 'healthy');
    await change('production', 'healthy', 'degraded');
    await change('production', 'healthy', 'unhealthy');
    await change('production', 'unhealthy', 'healthy');
    expect((await page(sam)).items.map((one) => one.kind)).toEqual(['recovered', 'unhealthy']);
  });

  it('is not told about grants that were revoked', async () => {
    await agent('granted', '1.2.0');
    await plane.prisma.grant.updateMany({ where: { organizationId: acme.id }, data: { revokedAt: plane.clock.now() } });
    await deprecate();
    await followed('version.transitioned');
    expect((await page(sam)).items).toEqual([]);
  });

  it("hears it through the team's webhooks, and the server's owner does not", async () => {
    const receiver = await new Receiver().start();
    for (const [who, team] of [
      [sam, 'support'],
      [olivia, 'payments'],
    ] as const) {
      const events = ['dev.rollcall.notice.*'];
      await plane
        .get(WebhookService)
        .create(who.context(), { team, kind: 'standard', url: `${receiver.url}/${team}`, events });
    }
    await agent('granted', '1.2.0');
    await deprecate();
    await followed('version.transitioned');
    for (const event of await followed('notice.created')) {
      for (const due of await plane.get(DeliveryService).follow(event)) await plane.get(DeliveryService).attempt(due);
    }
    expect(receiver.received.map((one) => one.path)).toEqual(['/support']);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      type: 'dev.rollcall.notice.created.v1',
      subject: `${version.name}@1.2.0`,
      data: { kind: 'deprecated', agent: { slug: 'granted' }, successor: { version: '2.0.0' } },
    });
    await receiver.close();
  });

  it('reads them, and nobody else: neither another team nor another organization', async () => {
    await agent('granted', '1.2.0');
    await deprecate();
    await followed('version.transitioned');
    const [notice] = (await page(sam)).items;
    const mallory = await (await seed(plane).organization(`other${count}`)).admin('mallory');
    for (const outsider of [olivia, mallory, await acme.nobody('nick')]) {
      expect((await page(outsider)).items).toEqual([]);
      const reading = notices().markRead(outsider.context(), notice?.id ?? '');
      await expect(reading).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    const dana = await support.developer('dana');
    expect((await page(dana, { unread: true, team: 'support' })).items).toHaveLength(1);
    const read = await notices().markRead(dana.context(), notice?.id ?? '');
    expect(read.readBy).toBe(dana.id);
    expect((await notices().markRead(sam.context(), notice?.id ?? '')).readBy).toBe(dana.id);
    expect((await page(sam, { unread: true })).items).toEqual([]);
    expect((await page(sam, { team: 'payments' })).items).toEqual([]);
  });
});
