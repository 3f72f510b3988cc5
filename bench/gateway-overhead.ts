/**
 * What the gateway costs a tool call: requests per second of `tools/call` through the gateway (bearer token, policy, pinned
 * schema, audit log, usage) against a ten-line pass-through proxy in front of the same hand-written server. Loopback only,
 * unique JSON-RPC ids, the rounds of both alternate so that a busy machine hits both. Last line: one JSON object.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { TestControlPlane } from '../apps/gateway/test/control-plane.fixture.js';
import { policyOf, TOKENS, until, versionAt } from '../apps/gateway/test/gateway.fixture.js';

const CONNECTIONS = 16;
const WARM_UP_MS = 1_000;
const ROUND_MS = 1_200;
const ROUNDS = 5;
const extension = extname(fileURLToPath(import.meta.url));

type Measured = { perSecond: number; p50Ms: number };
type Compared = { medians: Record<string, Measured>; ratio: number };
type Target = { origin: string; tool: string; headers: Record<string, string> };

let nextId = 1;

/** One call; resolves to its latency in milliseconds, rejects when the answer is not the echoed text. */
function callOnce(pool: Pool, target: Target): Promise<number> {
  const id = nextId++;
  const params = { name: target.tool, arguments: { text: `text-${id}` } };
  const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    let text = '';
    pool.dispatch(
      { path: '/mcp', method: 'POST', headers: { 'content-type': 'application/json', ...target.headers }, body },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: (_, chunk) => {
          text += chunk.toString('latin1');
        },
        onResponseEnd: () => {
          if (text.includes(`"id":${id}`) && text.includes(`"text-${id}"`)) resolve(performance.now() - startedAt);
          else reject(new Error(`Not the answer to call ${id}: ${text.slice(0, 300)}`));
        },
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}

/** Keeps `connections` calls under way for a while. */
async function load(target: Target, connections: number, ms: number): Promise<Measured> {
  const pool = new Pool(target.origin, { connections });
  const latencies: number[] = [];
  const startedAt = performance.now();
  const until = startedAt + ms;
  const caller = async () => {
    while (performance.now() < until) latencies.push(await callOnce(pool, target));
  };
  await Promise.all(Array.from({ length: connections }, caller));
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  latencies.sort((a, b) => a - b);
  return { perSecond: latencies.length / seconds, p50Ms: latencies[Math.floor(latencies.length / 2)] ?? 0 };
}

/** A peer process and the origin it listens at. */
async function peer(...args: string[]): Promise<{ child: ChildProcess; origin: string }> {
  const child = fork(fileURLToPath(new URL(`./gateway-overhead-peers${extension}`, import.meta.url)), args);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, origin: `http://127.0.0.1:${port}` };
}

/** The real gateway process in front of the echo server, with a policy from a real signed bundle. */
async function gateway(
  folder: string,
  echo: string,
): Promise<{ child: ChildProcess; origin: string; plane: TestControlPlane }> {
  const plane = new TestControlPlane();
  await plane.start();
  await writeFile(join(folder, 'root.json'), await plane.authority.root());
  const version = await versionAt(`${echo}/mcp`);
  await plane.publish(policyOf({ '1.0.0': version }, { echo: '1.0.0' }));
  const child = fork(fileURLToPath(new URL(`../apps/gateway/src/main${extension}`, import.meta.url)), [], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      ROLLCALL_GATEWAY_PORT: '0',
      ROLLCALL_GATEWAY_STATE_DIR: join(folder, 'state'),
      ROLLCALL_GATEWAY_ROOT_FILE: join(folder, 'root.json'),
      ROLLCALL_GATEWAY_TOKEN: 'gateway-token',
      ROLLCALL_ORGANIZATION: plane.authority.organization,
      ROLLCALL_ENVIRONMENT: plane.authority.environment,
      ROLLCALL_API_URL: plane.url,
      ROLLCALL_ALLOW_PRIVATE_NETWORKS: '127.0.0.0/8',
    },
  });
  const origin = await readyUrl(child);
  await until('the policy is in force', () => plane.statuses.at(-1)?.result === 'ack', 15_000);
  return { child, origin, plane };
}

/** The URL of the ready line; the log after it is read and dropped, as a log collector would read it. */
function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', (code) => reject(new Error(`The gateway ended with ${code}.`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      if (text.includes('"ready":true')) return;
      text += chunk.toString('utf8');
      const line = text.split('\n').find((one) => one.includes('"ready":true'));
      if (line !== undefined) resolve((JSON.parse(line) as { url: string }).url);
    });
  });
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Alternating rounds of all targets: the median of each, and of the round-by-round ratio, which a busy machine disturbs least. */
async function compare(targets: Record<string, Target>, connections: number): Promise<Compared> {
  for (const target of Object.values(targets)) await load(target, connections, WARM_UP_MS);
  const rounds: Record<string, Measured[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, target] of Object.entries(targets)) {
      const measured = await load(target, connections, ROUND_MS);
      rounds[name] = [...(rounds[name] ?? []), measured];
    }
  }
  const medians = Object.fromEntries(
    Object.entries(rounds).map(([name, all]) => [
      name,
      {
        perSecond: Math.round(median(all.map((one) => one.perSecond))),
        p50Ms: Number(median(all.map((one) => one.p50Ms)).toFixed(3)),
      },
    ]),
  );
  const ratios = (rounds['gateway'] ?? []).map(
    (one, round) => one.perSecond / (rounds['proxy']?.[round]?.perSecond ?? 1),
  );
  return { medians, ratio: Number(median(ratios).toFixed(3)) };
}

const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
const echo = await peer('echo');
const proxy = await peer('proxy', new URL(echo.origin).port);
const behind = await gateway(folder, echo.origin);
try {
  const plain = { tool: 'echo', headers: {} };
  const targets = {
    direct: { origin: echo.origin, ...plain },
    proxy: { origin: proxy.origin, ...plain },
    gateway: { origin: behind.origin, tool: 'demo__echo', headers: { authorization: `Bearer ${TOKENS.reader}` } },
  };
  const loaded = await compare(targets, CONNECTIONS);
  const single = await compare(targets, 1);
  const added = (single.medians['gateway']?.p50Ms ?? 0) - (single.medians['direct']?.p50Ms ?? 0);
  const result = {
    bench: 'gateway-overhead',
    ratio: loaded.ratio,
    reference: 'ten-line proxy',
    unit: 'throughput of tools/call, gateway / proxy',
    connections: CONNECTIONS,
    loaded: loaded.medians,
    single: { ratio: single.ratio, ...single.medians },
    addedMsP50: Number(added.toFixed(3)),
    machine: { cores: availableParallelism(), node: process.version },
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  for (const { child } of [echo, proxy, behind]) child.kill('SIGTERM');
  await behind.plane.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
