/**
 * What a page of the catalogue costs: 50 of 30,000 servers (100,000 versions) with the fields a list shows, over GraphQL with
 * a token, against its own SQL: the statements one such page issues, replayed one after another through pg in the same process.
 * Rounds alternate.
 * Last line: one JSON object.
 */
import { availableParallelism } from 'node:os';
import { asSystem } from '@rollcall/persistence';
import { fleetServerName, seed, seedFleet } from '@rollcall/testing';
import pg from 'pg';
import { Pool } from 'undici';
import { startApi } from '../apps/api/test/running-api.js';

const SERVERS = 30_000;
const VERSIONS = 100_000;
const DEEP = 20_000;
const ROUNDS = 100;
const PAGE = 50;

const QUERY = `query ($after: String) { servers(first: ${PAGE}, after: $after) {
  edges { cursor node { id name alias title description team { slug name } latestVersion { version state }
    health { outcome at } toolCount risk { destructiveTools openWorldTools unauthenticatedAccessRefused quarantined } dailyCalls } }
  pageInfo { hasNextPage endCursor } } }`;

type Answer = { data: { servers: { edges: unknown[] } } | null; errors?: unknown };

const median = (times: number[]) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
const round = (value: number) => Math.round(value * 100) / 100;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** The statements of the product's own connections while `work` runs, without the settings of its sessions. */
async function recorded(work: () => Promise<unknown>): Promise<pg.QueryConfig[]> {
  const seen: pg.QueryConfig[] = [];
  const original = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [config] = args as [pg.QueryConfig | string];
    // the queue polls over connections of its own
    if (typeof config === 'object' && typeof config.text === 'string' && !config.text.includes('bullmq'))
      seen.push(config);
    return original.apply(this, args);
  } as typeof pg.Client.prototype.query;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = original as typeof pg.Client.prototype.query;
  }
  return seen;
}

// as shipped: outside of requests the api sees nothing, so the seed says that it is the product itself
const api = await startApi({ outsideRequests: 'request' });
const http = new Pool(api.url, { connections: 1 });
const client = new pg.Client({ connectionString: api.databaseUrl });
try {
  const { organization, team, token } = await asSystem(async () => {
    const organization = await seed(api).organization('bench');
    const team = await organization.team('fleet');
    const publisher = await team.maintainer('olivia');
    await seedFleet(api.databaseUrl, { organization, team, publisher, servers: SERVERS, versions: VERSIONS });
    return { organization, team, token: await (await organization.auditor('walker')).token() };
  });
  const name = fleetServerName(team, DEEP);
  const after = Buffer.from(JSON.stringify([name])).toString('base64url');
  await client.connect();

  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ query: QUERY, variables: { after } });
  const page = async () => {
    const answer = await http.request({ path: '/graphql', method: 'POST', headers, body });
    const { data, errors } = (await answer.body.json()) as Answer;
    if (data?.servers.edges.length !== PAGE) throw new Error(`not a page: ${JSON.stringify(errors)}`);
  };
  // what one page really asks of the database, replayed as it is: names of prepared statements, row-level security and all
  for (let n = 0; n < 10; n++) await page();
  const statements = await recorded(page);
  await client.query('SET ROLE rollcall_app');
  await client.query("SELECT set_config('rollcall.organization_id', $1, false)", [organization.id]);
  const bare = async () => {
    for (const statement of statements) await client.query({ ...statement });
  };

  for (let n = 0; n < 20; n++) for (const work of [page, bare]) await work();
  const pages: number[] = [];
  const bares: number[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    bares.push(await timed(bare));
    pages.push(await timed(page));
  }
  process.stdout.write(
    `${JSON.stringify({
      bench: 'catalogue-page',
      ratio: round(median(pages) / median(bares)),
      reference: 'the statements of the page, replayed through pg in the same process',
      unit: 'median time of a page over GraphQL / median time of its statements',
      statements: statements.length,
      pageMs: round(median(pages)),
      bareMs: round(median(bares)),
      servers: SERVERS,
      versions: VERSIONS,
      machine: { cpus: availableParallelism(), node: process.versions.node },
    })}\n`,
  );
} finally {
  await http.close();
  await client.end();
  await api.close();
}
