import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@rollcall/kernel';
import { asSystem, inOrganization } from '@rollcall/persistence';
import { RegistryService } from '@rollcall/registry';
import { type ControlPlane, GREET_TOOL, ProbeWorld, type RunningMcpServer } from '@rollcall/testing';
import { EndpointHealthReadModel, ProbeLoop, ProbePartitions, ProbeRollups, ProbeService } from './index.js';

const fail = (error: unknown): never => {
  throw error;
};

let world: ProbeWorld;
let plane: ControlPlane;
let server: RunningMcpServer;

beforeAll(async () => {
  world = await ProbeWorld.open();
  ({ plane } = world);
  server = await world.start();
});
afterAll(() => world?.close());
/** An endpoint that is gone is not probed: no test waits for those of another. */
afterEach(() => plane.prisma.endpoint.deleteMany());

const start: ProbeWorld['start'] = (behaviour) => world.start(behaviour);
const endpointAt: ProbeWorld['endpointAt'] = (url) => world.endpointAt(url);
const align = () => world.align();
const schedule: ProbeWorld['schedule'] = (id) => world.schedule(id);
const results: ProbeWorld['results'] = (id) => world.results(id);
const events: ProbeWorld['events'] = (topic, id) => world.events(topic, id);
const probe: ProbeWorld['probe'] = (id, times) => world.probe(id, times);

describe('the schedule', () => {
  it('has the endpoints of versions that are in review or served, and forgets the others', async () => {
    const draft = await world.people.ci.publishes(`${world.team.namespace}/draft`, '1.0.0');
    const input = { version: draft.ref, environment: 'staging', transport: 'streamable-http' } as const;
    const { id } = await plane
      .get(RegistryService)
      .setEndpoint(world.people.olivia.context(), { ...input, url: server.url });
    await align();
    expect(await schedule(id)).toBeNull();
    await expect(plane.get(ProbeService).probeNow(world.people.olivia.context(), id)).rejects.toMatchObject({
      code: 'ENDPOINT_NOT_PROBED',
    });
    await draft.seen();
    await draft.moves(world.people.olivia, 'in_review');
    await align();
    const soon = (await schedule(id))?.nextAt.getTime() ?? 0;
    expect(soon - plane.clock.now().getTime()).toBeGreaterThan(0);
    expect(soon - plane.clock.now().getTime()).toBeLessThanOrEqual(MINUTE_MS);
    // whatever the schedule still says: a version that ended since then is not dialled
    await draft.moves(world.people.riley, 'draft', { reason: 'Not yet.' });
    plane.clock.set(new Date(soon));
    const before = server.requests.length;
    await plane.get(ProbeLoop).runDue(fail);
    expect(server.requests.length).toBe(before);
    await align();
    expect(await schedule(id)).toBeNull();
  });

  it('follows the policy: another interval, or none at all', async () => {
    const { id } = await endpointAt(server.url);
    const decide = (policy: object) =>
      plane.prisma.organization.update({ where: { id: world.acme.id }, data: { policy } });
    await decide({ probeIntervalSeconds: 600 });
    await align();
    expect(await schedule(id)).toMatchObject({ intervalMs: 600_000 });
    await decide({ probeIntervalSeconds: null });
    await align();
    expect(await schedule(id)).toBeNull();
    await decide({});
    await align();
    expect(await schedule(id)).toMatchObject({ intervalMs: 60_000, state: 'unknown' });
  });

  it('passes over what a long pause missed instead of making it all at once', async () => {
    const { id } = await endpointAt(server.url);
    await probe(id);
    const { nextAt: before } = (await schedule(id)) ?? fail(new Error('none'));
    plane.clock.advance(3 * HOUR_MS + 7 * SECOND_MS);
    const round = await plane.get(ProbeLoop).runDue(fail);
    expect(round.missed).toBeGreaterThan(0);
    const { nextAt } = (await schedule(id)) ?? fail(new Error('none'));
    expect(nextAt.getTime()).toBeGreaterThan(plane.clock.now().getTime());
    expect((nextAt.getTime() - before.getTime()) % MINUTE_MS).toBe(0);
    expect(await results(id)).toHaveLength(1);
  });

  it('begins a new history with another address', async () => {
    const { id, version } = await endpointAt(server.url);
    await probe(id);
    expect(await schedule(id)).toMatchObject({ state: 'healthy' });
    const input = { version: version.ref, environment: 'production', transport: 'streamable-http' } as const;
    await plane
      .get(RegistryService)
      .setEndpoint(world.people.olivia.context(), { ...input, url: 'http://127.0.0.1:1/mcp' });
    await align();
    expect(await schedule(id)).toMatchObject({ state: 'unknown', lastOutcome: null, target: 'http://127.0.0.1:1/mcp' });
  });
});

describe('a probe', () => {
  it('stores one result per slot, the next slot at the same place, and what was seen', async () => {
    const { id, version } = await endpointAt(server.url);
    const slot = (await schedule(id))?.nextAt.getTime() ?? 0;
    await probe(id, 2);
    const rows = await results(id);
    expect(rows.map((row) => row.scheduledAt.getTime())).toEqual([slot, slot + MINUTE_MS]);
    expect(rows[1]).toMatchObject({ outcome: 'healthy', era: 'modern', state: 'healthy', coversMs: 60_000 });
    expect(await schedule(id)).toMatchObject({
      state: 'healthy',
      era: 'modern',
      claimedBy: null,
      lastOutcome: 'healthy',
    });
    const [event, ...more] = await events('endpoint.contract_observed', id);
    expect(more).toEqual([]);
    expect(event).toMatchObject({ versionId: version.id, previousDigest: null, digest: rows[0]?.contractDigest });
    const digest = rows[0]?.contractDigest ?? '';
    const where = { organizationId_digest: { organizationId: world.acme.id, digest } };
    expect(await plane.prisma.contractSnapshot.findUnique({ where })).not.toBeNull();
  });

  it('is made now when somebody may ask for it, and leaves the place of the slots alone', async () => {
    const { id } = await endpointAt(server.url);
    await probe(id);
    const { nextAt } = (await schedule(id)) ?? fail(new Error('none'));
    plane.clock.advance(20 * SECOND_MS);
    await plane.get(ProbeService).probeNow(world.people.olivia.context(), id);
    await plane.get(ProbeLoop).runDue(fail);
    expect(await results(id)).toHaveLength(2);
    expect((await schedule(id))?.nextAt).toEqual(nextAt);
    const stranger = await (await world.acme.team('marketing')).developer('mona');
    await expect(plane.get(ProbeService).probeNow(stranger.context(), id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(id),
    });
    expect(await plane.prisma.auditEvent.count({ where: { action: 'endpoint.probe' } })).toBe(1);
  });

  it('tells of another contract once, and stops storing them when the list never settles', async () => {
    const own = await start();
    const { id } = await endpointAt(own.url);
    await probe(id);
    for (let n = 1; n <= 14; n++) {
      own.setTools([{ ...GREET_TOOL, name: `greet_${n}` }]);
      await probe(id);
    }
    const seen = await events('endpoint.contract_observed', id);
    expect(seen).toHaveLength(12);
    expect(seen[5]?.['previousDigest']).toBe(seen[4]?.['digest']);
    expect((await schedule(id))?.findings).toContainEqual(
      expect.objectContaining({ code: 'CONTRACT_UNSTABLE', severity: 'warning' }),
    );
  });

  it('finds an open door once, and that it was closed once', async () => {
    const { id } = await endpointAt(server.url);
    await probe(id, 3);
    expect((await schedule(id))?.findings).toEqual([
      expect.objectContaining({ code: 'UNAUTHENTICATED_ACCESS', severity: 'error' }),
    ]);
    expect(await events('endpoint.unauthenticated_access', id)).toMatchObject([{ open: true }]);
    await plane.prisma.organization.update({
      where: { id: world.acme.id },
      data: { policy: { allowedAuthKinds: ['credentials', 'none'] } },
    });
    await probe(id, 2);
    expect(await events('endpoint.unauthenticated_access', id)).toMatchObject([{ open: true }, { open: false }]);
    await plane.prisma.organization.update({ where: { id: world.acme.id }, data: { policy: {} } });
  });

  it('takes a server that asks for credentials for a healthy one', async () => {
    const guarded = await start({ auth: { token: 'secret-token', challenge: 'rfc9728' } });
    const { id } = await endpointAt(guarded.url);
    await probe(id);
    expect(await schedule(id)).toMatchObject({ state: 'healthy', lastOutcome: 'auth_required', contractDigest: null });
    expect(await events('endpoint.unauthenticated_access', id)).toEqual([]);
  });

  it('never dials what the network policy forbids, and says so', async () => {
    const { id } = await endpointAt('http://169.254.169.254/mcp');
    await probe(id);
    expect(await schedule(id)).toMatchObject({ state: 'unknown', lastOutcome: 'refused_by_policy' });
  });
});

describe('health', () => {
  it('falls after three failures that come quicker, rises after two good answers, and tells of each once', async () => {
    const own = await start();
    const { id } = await endpointAt(own.url);
    await probe(id);
    await own.close();
    await probe(id, 2);
    expect(await schedule(id)).toMatchObject({ state: 'healthy', failures: 2 });
    await probe(id);
    const down = await schedule(id);
    expect(down).toMatchObject({ state: 'unhealthy', failures: 3, lastOutcome: 'unreachable' });
    const rows = await results(id);
    const gaps = rows.slice(2).map((row, n) => row.scheduledAt.getTime() - (rows[n + 1]?.scheduledAt.getTime() ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(15_000);
    // it comes back at another port: the address is changed behind the schedule's back
    const back = await start();
    await plane.prisma.endpoint.update({ where: { id }, data: { url: back.url } });
    await probe(id);
    expect(await schedule(id)).toMatchObject({ state: 'unhealthy', failures: 0 });
    await probe(id);
    expect(await schedule(id)).toMatchObject({ state: 'healthy', failures: 0 });
    const told = await events('endpoint.health_changed', id);
    expect(told.map(({ from, to }) => `${from}>${to}`)).toEqual([
      'unknown>healthy',
      'healthy>unhealthy',
      'unhealthy>healthy',
    ]);
    // the minute it was well covers more time than the quarter minutes it was not
    const read = { organizationId: world.acme.id, endpointIds: [id], window: 'day', now: plane.clock.now() } as const;
    const summary = (await plane.get(EndpointHealthReadModel).summaries(read)).get(id);
    const covers = (await results(id)).reduce(
      (sum, row) => ({
        up: sum.up + (row.outcome === 'healthy' ? row.coversMs : 0),
        all: sum.all + row.coversMs,
      }),
      { up: 0, all: 0 },
    );
    expect(summary).toMatchObject({ probes: 6, uptime: covers.up / covers.all });
    expect(summary?.latency?.p50).toBeGreaterThan(0);
    // the newest look counts for the server, whoever made it
    const { version } = await plane.prisma.endpoint.findUniqueOrThrow({ where: { id }, include: { version: true } });
    const [seen] = await plane.get(EndpointHealthReadModel).ofServers(world.acme.id, [version.serverId]);
    expect(seen).toMatchObject({ outcome: 'healthy', at: (await schedule(id))?.lastAt });
  });
});

describe('roll-ups', () => {
  it('give the same numbers as the results they were counted from, however often they run', async () => {
    const own = await start();
    const { id } = await endpointAt(own.url);
    await probe(id, 5);
    const read = async (window: 'day' | 'week' | 'month') => {
      const query = { organizationId: world.acme.id, endpointIds: [id], window, now: plane.clock.now() };
      return (await plane.get(EndpointHealthReadModel).summaries(query)).get(id);
    };
    const before = await read('day');
    expect(before).toMatchObject({ probes: 5, uptime: 1 });
    plane.clock.advance(HOUR_MS);
    const first = await plane.get(ProbeRollups).run();
    expect(first.hours).toBeGreaterThan(0);
    expect(await read('day')).toEqual(before);
    await plane.get(ProbeRollups).run();
    await Promise.all([plane.get(ProbeRollups).run(), plane.get(ProbeRollups).run()]);
    expect(await read('day')).toEqual(before);
    await probe(id, 3); // the first one finds the hour passed over
    expect(await read('week')).toMatchObject({ probes: 7 });
    // a result that comes in after its hour was counted is counted by the next run
    const [row] = await results(id);
    const late = new Date((row?.scheduledAt.getTime() ?? 0) + 1_000);
    await plane.prisma.probeResult.create({
      data: {
        ...(row ?? fail(new Error('none'))),
        scheduledAt: late,
        outcome: 'timeout',
        latencyMs: null,
        latencyBucket: null,
      },
    });
    await plane.get(ProbeRollups).run();
    expect(await read('week')).toMatchObject({ probes: 8 });
    plane.clock.advance(2 * DAY_MS);
    const days = await plane.get(ProbeRollups).run();
    expect(days.days).toBeGreaterThan(0);
    expect(await read('month')).toMatchObject({ probes: 8 });
    expect(await read('week')).toMatchObject({ probes: 8 });
    expect(await plane.prisma.probeRollup.count({ where: { endpointId: id, unit: 'day' } })).toBe(1);
  });

  it('keeps partitions ahead of time, and lets none of the last two days go', async () => {
    const now = plane.clock.now();
    await plane.get(ProbePartitions).make(now);
    expect(await plane.get(ProbePartitions).make(now)).toBe(0);
    await expect(asSystem(() => plane.prisma.$queryRaw`SELECT drop_probe_partitions(now()::date)`)).rejects.toThrow();
    const foreign = () => plane.prisma.$queryRaw`SELECT drop_probe_partitions('2020-01-01'::date)`;
    await expect(inOrganization(world.acme.id, foreign)).rejects.toThrow('belong to no organization');
    const far = new Date(Date.now() - 400 * DAY_MS);
    expect(await plane.get(ProbePartitions).make(far)).toBe(5);
    expect(await plane.get(ProbePartitions).drop(new Date(far.getTime() + 30 * DAY_MS))).toBe(5);
    // a process whose clock is ahead of the database's drops what it may, and goes on
    await plane.get(ProbePartitions).make(new Date());
    await plane.get(ProbePartitions).drop(new Date(Date.now() + 40 * DAY_MS));
    expect(await plane.get(ProbePartitions).make(new Date())).toBe(0);
  });
});
