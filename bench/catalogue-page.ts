/**
 * What a page of the catalogue costs: 50 of 30,000 servers (100,000 versions) with the fields a list shows, over GraphQL with
 * a token, against the statements it cannot do without through pg in the same process. Rounds alternate.
 * Last line: one JSON object.
 */
import { availableParallelism } from 'node:os';
import { asSystem } from '@rollcall/persistence';
import { fleetServerName, seed, seedFleet } from '@rollcall/testing';
import pg from 'pg';
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

const median = (times: number[]) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
const round = (value: number) => Math.round(value * 100) / 100;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

// as shipped: outside of requests the api sees nothing, so the seed says that it is the product itself
const api = await startApi({ outsideRequests: 'request' });
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

  const page = async () => {
    const { errors, data } = await api.query(token, QUERY, { after });
    const edges = (data as { servers: { edges: unknown[] } } | null)?.servers.edges.length;
    if (errors.length > 0 || edges !== PAGE) throw new Error(`not a page: ${JSON.stringify(errors)}`);
  };
  const bare = async () => {
    const { rows } = await client.query<{ id: string; alias: string }>(
      `SELECT * FROM servers WHERE organization_id = $1 AND name > $2 ORDER BY name LIMIT ${PAGE}`,
      [organization.id, name],
    );
    const ids = rows.map((row) => row.id);
    const latest = 'SELECT * FROM server_versions WHERE server_id = ANY($1) AND is_latest';
    const { rows: versions } = await client.query<{ id: string }>(latest, [ids]);
    await client.query('SELECT * FROM teams WHERE organization_id = $1', [organization.id]);
    await client.query('SELECT * FROM tool_indexes WHERE version_id = ANY($1)', [versions.map((one) => one.id)]);
    await client.query(
      `SELECT DISTINCT ON (version_id) version_id, outcome, finished_at FROM inspections WHERE version_id = ANY($1)
       ORDER BY version_id, finished_at DESC`,
      [versions.map((one) => one.id)],
    );
    await client.query(
      `SELECT alias, date_trunc('day', hour), sum(ok + refused + errors) FROM usage_hours
       WHERE organization_id = $1 AND alias = ANY($2) AND hour >= now() - interval '30 days' GROUP BY 1, 2`,
      [organization.id, rows.map((row) => row.alias)],
    );
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
      reference: 'the same rows by bare SQL through pg in the same process',
      unit: 'median time of a page over GraphQL / median time of its statements',
      pageMs: round(median(pages)),
      bareMs: round(median(bares)),
      servers: SERVERS,
      versions: VERSIONS,
      machine: { cpus: availableParallelism(), node: process.versions.node },
    })}\n`,
  );
} finally {
  await client.end();
  await api.close();
}
