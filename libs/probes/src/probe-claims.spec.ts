import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@rollcall/kernel';
import { type ControlPlane, ProbeWorld, type RunningMcpServer } from '@rollcall/testing';
import { ProbeLoop, ProbeScheduleRecords } from './index.js';
import { ProbeRunner } from './probe.runner.js';
import { ProbeResultRecords } from './probe-result.records.prisma.js';

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
const probe: ProbeWorld['probe'] = (id, times) => world.probe(id, times);

describe('a report', () => {
  it('of a claim that went to another worker changes nothing, and of one slot only the first counts', async () => {
    const { id } = await endpointAt(server.url);
    const { nextAt } = (await schedule(id)) ?? fail(new Error('none'));
    await plane.prisma.probeSchedule.updateMany({
      where: { endpointId: { not: id } },
      data: { nextAt: new Date(nextAt.getTime() + DAY_MS) },
    });
    plane.clock.set(nextAt);
    const claimedBy = async (by: string) => {
      const now = plane.clock.now();
      const until = new Date(now.getTime() + 45_000);
      return plane.get(ProbeScheduleRecords).claim({ by, now, horizon: now, until, batch: 10, perHost: 10 });
    };
    const [slow] = await claimedBy('slow');
    expect(slow).toMatchObject({ endpointId: id, environmentKind: 'production' });
    expect(await claimedBy('quick')).toEqual([]);
    plane.clock.advance(46_000);
    const [taken] = await claimedBy('quick');
    expect(taken?.scheduledAt).toEqual(nextAt);
    const report = await plane.get(ProbeRunner).run(slow ?? fail(new Error('none')), fail);
    const store = (by: string) => plane.get(ProbeResultRecords).store(by, [report]);
    expect(await store('slow')).toEqual([]);
    expect(await results(id)).toEqual([]);
    expect(await store('quick')).toHaveLength(1);
    expect(await store('quick')).toEqual([]);
    expect(await results(id)).toHaveLength(1);
  });

  it('claims no more of one host than all workers together may have', async () => {
    const own = await start();
    for (let n = 0; n < 5; n++) await endpointAt(own.url);
    plane.clock.advance(MINUTE_MS);
    const now = plane.clock.now();
    const { host } = new URL(own.url);
    const claim = async (by: string) => {
      const until = new Date(now.getTime() + 45_000);
      const slots = { by, now, horizon: now, until, batch: 100, perHost: 3 };
      return (await plane.get(ProbeScheduleRecords).claim(slots)).filter((probe) => probe.host === host).length;
    };
    expect(await claim('one')).toBe(3);
    expect(await claim('two')).toBe(0);
    await plane.prisma.probeSchedule.updateMany({ data: { claimedBy: null, claimedUntil: null } });
  });
});

describe('the loop', () => {
  it('makes what becomes due, and when it is stopped stores what it began and gives back what it did not', async () => {
    let answer: () => void = () => undefined;
    const slow = await start({
      hold: new Promise((resolve) => {
        answer = resolve;
      }),
    });
    // ten on one host: eight may run at a time, two wait
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.push((await endpointAt(slow.url)).id);
    await plane.prisma.probeSchedule.updateMany({ data: { nextAt: new Date(plane.clock.now().getTime() + HOUR_MS) } });
    const due = new Date(plane.clock.now().getTime() + 100);
    await plane.prisma.probeSchedule.updateMany({ where: { endpointId: { in: ids } }, data: { nextAt: due } });
    const loop = plane.get(ProbeLoop);
    loop.start(fail);
    loop.start(fail);
    const deadline = Date.now() + 20_000;
    while (slow.requests.length < 8) {
      if (Date.now() > deadline) throw new Error('the loop never probed');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const stopped = loop.stop();
    answer();
    await stopped;
    const all = await plane.prisma.probeSchedule.findMany({ where: { endpointId: { in: ids } } });
    expect(all.filter((row) => row.claimedBy !== null)).toEqual([]);
    expect(all.filter((row) => row.lastOutcome === 'healthy')).toHaveLength(8);
    expect(all.filter((row) => row.nextAt.getTime() === due.getTime())).toHaveLength(2);
    expect(await plane.prisma.probeResult.count({ where: { endpointId: { in: ids } } })).toBe(8);
  });

  it('gives back what it claimed ahead of time', async () => {
    const { id } = await endpointAt(server.url);
    const elsewhere = { nextAt: new Date(plane.clock.now().getTime() + HOUR_MS) };
    await plane.prisma.probeSchedule.updateMany({ data: elsewhere });
    const nextAt = new Date(plane.clock.now().getTime() + 499);
    await plane.prisma.probeSchedule.update({ where: { endpointId: id }, data: { nextAt } });
    const row = () => plane.prisma.probeSchedule.findUniqueOrThrow({ where: { endpointId: id } });
    const loop = plane.get(ProbeLoop);
    loop.start(fail);
    const deadline = Date.now() + 20_000;
    while ((await row()).claimedBy === null && Date.now() < deadline) await new Promise(setImmediate);
    await loop.stop();
    expect(await row()).toMatchObject({ claimedBy: null, claimedUntil: null });
  });
});

describe('a quarantine', () => {
  it('does not keep an endpoint from being probed: its owner mends it meanwhile', async () => {
    const { id, version } = await endpointAt(server.url);
    const data = { quarantineReason: 'Odd.' };
    await plane.prisma.serverVersion.update({ where: { id: version.id }, data });
    await align();
    await probe(id);
    expect(await results(id)).toHaveLength(1);
  });
});
