import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Runtime } from '@rollcall/access';
import { MINUTE_MS } from '@rollcall/kernel';
import { RegistryService } from '@rollcall/registry';
import { type ControlPlane, openControlPlane, type RunningMcpServer, seed, startMcpServer } from '@rollcall/testing';
import { ProbeLoop, ProbePartitions, ProbeScheduleRecords } from './index.js';
import { ProbeRunner } from './probe.runner.js';
import { ProbeMetrics } from './probe-metrics.js';
import { ProbeReportBuffer } from './probe-report.writer.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FIXTURE = path.join(ROOT, 'libs/probes/src/crash-in-probe.fixture.ts');
const ENDPOINTS = 12;
const ROUNDS = 8;

let plane: ControlPlane;
let quick: RunningMcpServer;
let stuck: RunningMcpServer;
let letGo: () => void = () => undefined;

beforeAll(async () => {
  plane = await openControlPlane();
  quick = await startMcpServer();
  stuck = await startMcpServer({
    hold: new Promise((resolve) => {
      letGo = resolve;
    }),
  });
});
afterAll(async () => {
  await quick?.close();
  await stuck?.close();
  await plane?.close();
});

const fail = (error: unknown) => {
  throw error;
};

/** A prober beside the one of the control plane, as in another worker. */
function anotherLoop(): ProbeLoop {
  const buffer = plane.get(ProbeReportBuffer);
  const [schedule, runner, metrics] = [
    plane.get(ProbeScheduleRecords),
    plane.get(ProbeRunner),
    plane.get(ProbeMetrics),
  ];
  return new ProbeLoop(schedule, runner, buffer, metrics, plane.get(Runtime));
}

async function fleet(): Promise<void> {
  const acme = await seed(plane).organization('acme');
  const payments = await acme.team('payments');
  const olivia = await payments.maintainer('olivia');
  const ci = await payments.developer('ci');
  for (let n = 0; n < ENDPOINTS; n++) {
    const version = await ci.publishes(`${payments.namespace}/ledger${n}`, '1.0.0');
    await version.seen();
    await version.moves(olivia, 'in_review');
    const where = { version: version.ref, environment: 'production', transport: 'streamable-http' } as const;
    const url = n % 3 === 0 ? stuck.url : quick.url;
    await plane.get(RegistryService).setEndpoint(olivia.context(), { ...where, url });
  }
}

describe('probers of which one is killed while it probes', () => {
  it('leave exactly one result for every slot', async () => {
    await fleet();
    await plane.get(ProbePartitions).make(plane.clock.now());
    await plane.get(ProbeScheduleRecords).align(plane.clock.now());
    plane.clock.advance(MINUTE_MS);
    await plane.prisma.probeSchedule.updateMany({ data: { nextAt: new Date(plane.clock.now().getTime() - 500) } });
    const offset = String(plane.clock.now().getTime() - Date.now());
    const args = ['--import', path.join(ROOT, 'tools/typescript.mjs'), FIXTURE, plane.url, offset];
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: '--no-warnings' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exited = once(child, 'exit');
    const deadline = Date.now() + 30_000;
    while (stuck.requests.length === 0) {
      if (Date.now() > deadline) throw new Error('the child never probed');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    child.kill('SIGKILL');
    expect((await exited)[1]).toBe('SIGKILL');
    const left = await plane.prisma.probeSchedule.findMany({ where: { claimedBy: { not: null } } });
    expect(left.length).toBeGreaterThan(0);
    letGo();

    const lists = () =>
      quick.requests.filter(({ body }) => (body as { method?: string } | null)?.method === 'tools/list').length;
    const quickIds = new Set(
      (await plane.prisma.endpoint.findMany({ where: { url: quick.url } })).map((endpoint) => endpoint.id),
    );
    const stored = async () =>
      (await plane.prisma.probeResult.findMany()).filter((row) => quickIds.has(row.endpointId)).length;
    const before = { lists: lists(), stored: await stored() };

    // before the claims of the dead run out nobody touches their slots
    const loops = [plane.get(ProbeLoop), anotherLoop()];
    const round = () => Promise.all(loops.map((loop) => loop.runDue(fail)));
    await round();
    const stillLeft = await plane.prisma.probeSchedule.count({ where: { claimedBy: { not: null } } });
    expect(stillLeft).toBe(left.length);
    plane.clock.advance(MINUTE_MS);
    for (let n = 0; n < ROUNDS; n++) {
      await round();
      plane.clock.advance(MINUTE_MS);
    }

    // two probers made no probe twice: as many looks as results
    expect(lists() - before.lists).toBe((await stored()) - before.stored);
    const schedules = await plane.prisma.probeSchedule.findMany();
    const results = await plane.prisma.probeResult.findMany({ orderBy: { scheduledAt: 'asc' } });
    for (const taken of left) {
      const own = results.filter((row) => row.endpointId === taken.endpointId);
      expect(own[0]?.scheduledAt).toEqual(taken.nextAt);
    }
    for (const { endpointId, nextAt, claimedBy } of schedules) {
      expect(claimedBy).toBeNull();
      const slots = results.filter((row) => row.endpointId === endpointId).map((row) => row.scheduledAt.getTime());
      expect(slots.length).toBeGreaterThanOrEqual(ROUNDS);
      expect(new Set(slots).size).toBe(slots.length);
      // after the first one, which we moved, each slot follows the one before it: none was lost
      const gaps = slots.slice(2).map((slot, n) => slot - (slots[n + 1] ?? 0));
      expect(gaps.every((gap) => gap === MINUTE_MS)).toBe(true);
      expect(nextAt.getTime() - (slots.at(-1) ?? 0)).toBe(MINUTE_MS);
    }
  });
});
