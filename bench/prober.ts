/**
 * How punctual the prober is, and what a probe costs: 2,000 endpoints on 8 small servers of another process, one probe a
 * minute each, from one process with the worker's own loop, for two and a half minutes. Lag is from the slot of a probe to
 * its beginning, as it is stored with every result. The ratio is the CPU time of this process per probe (claim, connection,
 * contract, storing, next slot) against a bare handshake with fetch: initialize, initialized, tools/list, before and after.
 * Last line: one JSON object. With an argument: so many seconds instead.
 */
import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RuntimeModule } from '@rollcall/access';
import { InspectionPolicy } from '@rollcall/inspections';
import { systemClock } from '@rollcall/kernel';
import { asSystem, PersistenceModule, PrismaService } from '@rollcall/persistence';
import { ProbeLoop, ProbePartitions, ProberModule, ProberSettings, ProbeScheduleRecords } from '@rollcall/probes';
import { openControlPlane, seed, seedFleet } from '@rollcall/testing';
import pg from 'pg';

const ENDPOINTS = 2_000;
const SECONDS = Number(process.argv[2] ?? 150);
const HANDSHAKES = 400;
const LIMIT_LAG_MS = 2_000;

const round = (value: number, digits = 2) => Math.round(value * 10 ** digits) / 10 ** digits;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const cpuMs = (since?: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};

type Targets = { origins: string[]; stop(): void };

async function startTargets(): Promise<Targets> {
  const file = path.join(import.meta.dirname, `probe-targets.server${path.extname(import.meta.filename)}`);
  const child = spawn(process.execPath, [...process.execArgv, file], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (!child.stdout) throw new Error('the servers have no output');
  for await (const line of createInterface({ input: child.stdout })) {
    return { origins: JSON.parse(line) as string[], stop: () => child.kill() };
  }
  throw new Error('the servers did not start');
}

async function post(url: string, message: object): Promise<void> {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  const text = await response.text();
  if (text !== '') JSON.parse(text);
}

/** CPU time of this process per handshake that knows nothing of the protocol but its three messages. */
async function bareHandshake(origins: readonly string[]): Promise<number> {
  const clientInfo = { name: 'bare', version: '1.0.0' };
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
  const handshake = async (n: number) => {
    const url = `${origins[n % origins.length]}/mcp`;
    await post(url, { id: 1, method: 'initialize', params });
    await post(url, { method: 'notifications/initialized' });
    await post(url, { id: 2, method: 'tools/list', params: {} });
  };
  for (let n = 0; n < 50; n++) await handshake(n);
  const before = process.cpuUsage();
  for (let n = 0; n < HANDSHAKES; n++) await handshake(n);
  return cpuMs(before) / HANDSHAKES;
}

/** Straight through SQL: no service makes so many in time. */
async function seedEndpoints(plane: Awaited<ReturnType<typeof openControlPlane>>, origins: string[]): Promise<void> {
  await asSystem(async () => {
    const organization = await seed(plane).organization('bench');
    const team = await organization.team('fleet');
    const publisher = await team.maintainer('olivia');
    await seedFleet(plane.url, { organization, team, publisher, servers: ENDPOINTS, versions: ENDPOINTS });
  });
  const client = new pg.Client({ connectionString: plane.url });
  await client.connect();
  await client.query("SELECT set_config('rollcall.organization_id', '*', false)");
  await client.query("SET session_replication_role = 'replica'");
  await client.query("UPDATE server_versions SET track = 'governed'");
  await client.query(
    `INSERT INTO endpoints (id, organization_id, version_id, environment_id, transport, url, updated_at)
     SELECT 'ept_' || v.id, v.organization_id, v.id, e.id, 'streamable-http',
       ($1::text[])[1 + (row_number() OVER (ORDER BY v.id)) % $2] || '/mcp/' || v.id, now()
     FROM server_versions v JOIN environments e ON e.organization_id = v.organization_id AND e.name = 'production'`,
    [origins, origins.length],
  );
  await client.query('VACUUM ANALYZE');
  await client.end();
}

const clock = systemClock();
const targets = await startTargets();
const plane = await openControlPlane();
try {
  await seedEndpoints(plane, targets.origins);

  @Module({
    imports: [
      PersistenceModule.forRoot({ url: plane.url, clock }),
      RuntimeModule.forRoot(clock),
      ProberModule.forRoot(new ProberSettings(new InspectionPolicy({ allowPrivate: ['127.0.0.0/8'] }, {}))),
    ],
  })
  class ProberProcess {}
  const app = await NestFactory.createApplicationContext(ProberProcess, { logger: ['error'], abortOnError: false });
  const bareBefore = await bareHandshake(targets.origins);

  let faults = 0;
  let rss = 0;
  const loop = app.get(ProbeLoop);
  await app.get(ProbePartitions).make(clock.now());
  await app.get(ProbeScheduleRecords).align(clock.now());
  const before = process.cpuUsage();
  const begun = performance.now();
  loop.start((error) => {
    faults++;
    process.stderr.write(`${String(error)}\n`);
  });
  while (performance.now() - begun < SECONDS * 1_000) {
    await sleep(1_000);
    rss = Math.max(rss, process.memoryUsage().rss);
  }
  await loop.stop();
  const cpu = cpuMs(before);
  const wall = performance.now() - begun;
  const bareAfter = await bareHandshake(targets.origins);
  const [seen] = await app.get(PrismaService).$queryRaw<Record<string, number>[]>`
    SELECT count(*)::int AS probes, count(*) FILTER (WHERE outcome <> 'healthy')::int AS bad,
      percentile_disc(0.5) WITHIN GROUP (ORDER BY lag_ms)::int AS p50,
      percentile_disc(0.99) WITHIN GROUP (ORDER BY lag_ms)::int AS p99, max(lag_ms)::int AS most,
      percentile_disc(0.5) WITHIN GROUP (ORDER BY latency_ms)::int AS latency,
      count(DISTINCT endpoint_id)::int AS endpoints FROM probe_results`;
  const { probes = 0, bad = 0, p50 = 0, p99 = 0, most = 0, latency = 0, endpoints = 0 } = seen ?? {};
  await app.close();
  if (bad > 0 || faults > 0 || probes < (ENDPOINTS * SECONDS) / 60 - ENDPOINTS) {
    throw new Error(`of ${probes} probes ${bad} failed, with ${faults} faults`);
  }
  const bare = (bareBefore + bareAfter) / 2;
  process.stdout.write(
    `${JSON.stringify({
      bench: 'prober',
      ratio: round(cpu / probes / bare),
      reference: 'a bare handshake with fetch: initialize, initialized, tools/list',
      unit: 'CPU time of the process per probe / CPU time of the process per bare handshake',
      cpuMsPerProbe: round(cpu / probes),
      cpuMsPerHandshake: round(bare),
      lagP50Ms: p50,
      lagP99Ms: p99,
      lagMaxMs: most,
      latencyP50Ms: latency,
      cpuShare: round(cpu / wall, 3),
      rssMb: Math.round(rss / 1024 / 1024),
      probes,
      endpoints,
      seconds: SECONDS,
      machine: { cpus: availableParallelism(), node: process.versions.node },
    })}\n`,
  );
  if (p99 > LIMIT_LAG_MS) process.exitCode = 1;
} finally {
  await plane.close();
  targets.stop();
}
