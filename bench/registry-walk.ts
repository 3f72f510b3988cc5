/**
 * What a page of the registry API costs: 100 latest versions deep in a catalogue of 30,000 servers and 100,000 versions,
 * over HTTP with a token, against the bare statement through pg in the same process; beside it the slowest page of a whole
 * walk against the median one, and substring search against the look-up of one exact version. Rounds alternate.
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
const ROUNDS = 150;
const PAGE = 100;
const WALKS = 5;

const BARE = `SELECT server_name, version, manifest, state, state_changed_at, published_at, updated_at, is_latest
  FROM server_versions WHERE organization_id = $1 AND is_latest AND state IN ('canary', 'active', 'deprecated')
    AND quarantine_reason IS NULL AND (server_name COLLATE "C", version COLLATE "C") > ($2, '')
  ORDER BY server_name COLLATE "C", version COLLATE "C" LIMIT ${PAGE}`;

const sorted = (times: number[]) => [...times].sort((a, b) => a - b);
const at = (times: number[], share: number) =>
  sorted(times)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
const round = (value: number, digits = 2) => Math.round(value * 10 ** digits) / 10 ** digits;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

// as shipped: outside of requests the api sees nothing, so the seed says that it is the product itself
const api = await startApi({ outsideRequests: 'request' });
const http = new Pool(api.url, { connections: 1 });
const client = new pg.Client({ connectionString: api.databaseUrl });
try {
  const { team, organization, token } = await asSystem(async () => {
    const organization = await seed(api).organization('bench');
    const team = await organization.team('fleet');
    const publisher = await team.maintainer('olivia');
    await seedFleet(api.databaseUrl, { organization, team, publisher, servers: SERVERS, versions: VERSIONS });
    return { organization, team, token: await (await organization.auditor('walker')).token() };
  });
  const headers = { authorization: `Bearer ${token}` };
  await client.connect();

  const get = async (path: string): Promise<string> => {
    const { statusCode, body } = await http.request({ path, method: 'GET', headers });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${path} was answered with ${statusCode}: ${text.slice(0, 300)}`);
    return text;
  };

  const nextOf = (text: string) => (JSON.parse(text) as { metadata: { nextCursor?: string } }).metadata.nextCursor;
  let deepCursor = '';
  const walkOnce = async (): Promise<number[]> => {
    const times: number[] = [];
    let items = 0;
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      let text = '';
      times.push(
        await timed(async () => {
          text = await get(`/v0.1/servers?version=latest&limit=${PAGE}${cursor ? `&cursor=${cursor}` : ''}`);
        }),
      );
      items += (JSON.parse(text) as { metadata: { count: number } }).metadata.count;
      cursor = nextOf(text);
      if (items === DEEP) deepCursor = cursor ?? '';
    }
    if (items !== SERVERS) throw new Error(`the walk saw ${items} servers and not ${SERVERS}`);
    return times;
  };
  // a page counts with the median of its times: a pause of the machine hits one walk, a slow page is slow in all
  await walkOnce();
  const walks: number[][] = [];
  for (let n = 0; n < WALKS; n++) walks.push(await walkOnce());
  const walk = (walks[0] ?? []).map((_, page) =>
    at(
      walks.map((times) => times[page] ?? 0),
      0.5,
    ),
  );

  const page: number[] = [];
  const bare: number[] = [];
  const search: number[] = [];
  const exact: number[] = [];
  const deepName = fleetServerName(team, DEEP);
  for (let n = 0; n < ROUNDS; n++) {
    page.push(await timed(() => get(`/v0.1/servers?version=latest&limit=${PAGE}&cursor=${deepCursor}`)));
    bare.push(await timed(() => client.query(BARE, [organization.id, deepName])));
    const words = [
      `server-${String(n * 199).padStart(5, '0')}`,
      'the fleet',
      `team ${n % 50}`,
      `EEDLE${n.toString(16).padStart(2, '0')}`,
    ];
    search.push(await timed(() => get(`/v0.1/servers?search=${encodeURIComponent(words[n % 4] ?? '')}`)));
    const name = encodeURIComponent(fleetServerName(team, 1 + n * 199));
    exact.push(await timed(() => get(`/v0.1/servers/${name}/versions/1.0.0`)));
  }
  process.stdout.write(
    `${JSON.stringify({
      bench: 'registry-walk',
      ratio: round(at(page, 0.5) / at(bare, 0.5)),
      reference: 'the bare statement for the same 100 rows through pg',
      unit: 'median time of a deep page over HTTP / median time of the bare statement',
      pageMs: round(at(page, 0.5)),
      bareMs: round(at(bare, 0.5)),
      slowestPageToMedian: round(Math.max(...walk.slice(3)) / at(walk, 0.5)),
      p99PageToMedian: round(at(walk.slice(3), 0.99) / at(walk, 0.5)),
      searchP95ToExactP95: round(at(search, 0.95) / at(exact, 0.95)),
      searchP95Ms: round(at(search, 0.95)),
      exactP95Ms: round(at(exact, 0.95)),
      servers: SERVERS,
      versions: VERSIONS,
      machine: { cpus: availableParallelism(), node: process.versions.node },
    })}\n`,
  );
} finally {
  await client.end().catch(() => undefined);
  await http.close();
  await api.close();
}
