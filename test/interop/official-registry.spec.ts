import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CaseOutcome, runConformance } from '@rollcall/conformance';
import { testDatabase } from '@rollcall/testing';
import pg from 'pg';
import { buildGoProgram, type GoProgram } from './go-programs.js';

const registry = await buildGoProgram('registry');
if (typeof registry === 'string') process.stderr.write(`${registry}\n`);
const story = typeof registry === 'string' ? describe.skip : describe;

const NAMESPACE = 'io.modelcontextprotocol.anonymous';
const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
const VERSIONS = [
  ['calendar', '1.0.0'],
  ['calendar', '1.10.0'],
  ['calendar', '1.9.0'],
  ['ledger', '0.1.0'],
  ['search', '2024.1'],
];

/** The measure is measured: what the reference implementation does cannot be a violation of a must. */
story('the official registry', () => {
  const program = registry as GoProgram;
  const name = `official_${randomBytes(6).toString('hex')}`;
  let base: string;
  let token: string;
  let log = '';
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const database = await testDatabase();
    closing.push(() => database.close());
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    closing.push(async () => {
      await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await client.end();
    });
    const url = new URL(database.url);
    url.pathname = `/${name}`;
    url.searchParams.set('sslmode', 'disable');
    const address = `127.0.0.1:${await freePort()}`;
    base = `http://${address}`;
    const settings = {
      SERVER_ADDRESS: address,
      DATABASE_URL: url.href,
      DATABASE_MIN_CONNECTIONS: '1',
      DATABASE_MAX_CONNECTIONS: '5',
      ENABLE_ANONYMOUS_AUTH: 'true',
      ENABLE_REGISTRY_VALIDATION: 'false',
      JWT_PRIVATE_KEY: randomBytes(32).toString('hex'),
    };
    const env = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`MCP_REGISTRY_${key}`, value]));
    const child = spawn(program.path, [], { env, cwd: program.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += String(text)));
    closing.push(async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    });
    await answers();
    const given = await fetch(`${base}/v0/auth/none`, { method: 'POST' });
    token = ((await given.json()) as { registry_token: string }).registry_token;
    for (const [server, version] of VERSIONS) await publish(`${NAMESPACE}/${server}`, version);
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    program.remove();
  });

  async function answers(): Promise<void> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const reached = await fetch(`${base}/v0.1/ping`).then(
        () => true,
        () => false,
      );
      if (reached) return;
      if (Date.now() > deadline) throw new Error(`the official registry does not start: ${log.slice(-500)}`);
      await wait(50);
    }
  }

  async function publish(server: string, version = ''): Promise<void> {
    const body = JSON.stringify({ $schema: SCHEMA, name: server, version, description: `A server, ${server}.` });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${base}/v0.1/publish`, { method: 'POST', headers, body });
    expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
  }

  it('violates no must of the conformance suite, and differs where the reference says it does', async () => {
    const report = await runConformance({
      registry: base,
      fetch,
      pause: async () => undefined,
      userAgent: 'rollcall-conformance-spec',
      writing: { token, namespace: NAMESPACE, runId: 'r1' },
    });
    const ended = (outcome: CaseOutcome) => report.results.filter((result) => result.outcome === outcome);
    expect(ended('fail').map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
    expect(ended('warn').map(({ id }) => id)).toEqual(DIFFERENCES);
    expect(report.counts.pass).toBeGreaterThan(120);
  });
});

/** docs/reference/conformance.md names each of them. */
const DIFFERENCES = [
  'parameters.search-description',
  'cursor.url-safe',
  'cursor.search-dropped',
  'errors.both-shapes',
  'encoding.decoded-slash',
  'publish.no-credentials',
  'status.no-credentials',
];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
