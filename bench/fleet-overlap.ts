import 'reflect-metadata';
import { availableParallelism, cpus } from 'node:os';
import { buildContract } from '@rollcall/contract';
import { QualityService } from '@rollcall/quality';
import { openControlPlane, seed, seedFleet } from '@rollcall/testing';
import pg from 'pg';

/**
 * What overlap with a fleet of 10,000 tools costs: linting a list of 20 tools when the index of the fleet is built anew,
 * and when it is kept. Reference: reading the same 10,000 rows through pg in the same process. Rounds alternate.
 * Last line: one JSON object.
 */
const SERVERS = 1_000;
const TOOLS_EACH = 10;
const ROUNDS = 7;

const VERBS = ['create', 'list', 'get', 'update', 'delete', 'search', 'archive', 'approve', 'export', 'assign'];
const THINGS = Array.from(
  { length: 400 },
  (_, index) =>
    `${['order', 'invoice', 'ticket', 'pod', 'branch', 'page', 'contract', 'device'][index % 8]}${String.fromCharCode(97 + (index % 26))}${index}`,
);
const ENDS = [
  'Use it after a person has agreed.',
  'Returns the number of the record.',
  'Results come fifty on a page.',
  'Fails when it was archived before.',
  'Needs the right to change it.',
];

const pick = <T>(list: readonly T[], seedOf: number): T => list[(seedOf * 2_654_435_761) % list.length] as T;

function toolOf(n: number): { name: string; description: string } {
  const [verb, thing] = [pick(VERBS, n + 1), pick(THINGS, n + 7)];
  const description = `${verb} one ${thing} of the ${pick(THINGS, n + 13)} that the ${pick(THINGS, n + 29)} belongs to. ${pick(ENDS, n)} ${pick(ENDS, n + 3)}`;
  return { name: `${verb}_${thing}`, description };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const median = (times: number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
const round = (value: number): number => Math.round(value * 100) / 100;

const plane = await openControlPlane();
const client = new pg.Client({ connectionString: plane.url });
try {
  const organization = await seed(plane).organization('acme');
  const team = await organization.team('payments');
  const publisher = await team.developer('ci');
  await seedFleet(plane.url, { organization, team, publisher, servers: SERVERS, versions: SERVERS });
  await client.connect();
  await client.query("SELECT set_config('rollcall.organization_id', '*', false)");
  await client.query("UPDATE server_versions SET track = 'governed'");
  await client.query(`INSERT INTO tool_indexes (version_id, organization_id, server_id, contract_digest, tools, destructive, open_world, indexed_at)
    SELECT id, organization_id, server_id, 'sha256:' || encode(sha256(id::bytea), 'hex'), ${TOOLS_EACH}, 0, 0, now() FROM server_versions`);
  const { rows: versions } = await client.query<{ id: string }>('SELECT id FROM server_versions ORDER BY id');
  const all = versions.flatMap(({ id }, server) =>
    Array.from({ length: TOOLS_EACH }, (_, index) => ({ id, ...toolOf(server * TOOLS_EACH + index), index })),
  );
  await client.query(
    `INSERT INTO tools (version_id, name, organization_id, server_id, description, arguments, destructive, read_only, open_world, idempotent, contract_digest)
     SELECT v.id, t.name || '_' || t.n, v.organization_id, v.server_id, t.description, '', false, true, false, true, 'sha256:x'
     FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS t(id, name, description, n) JOIN server_versions v ON v.id = t.id`,
    [
      all.map((one) => one.id),
      all.map((one) => one.name),
      all.map((one) => one.description),
      all.map((one) => one.index),
    ],
  );
  const tools = Array.from({ length: 20 }, (_, n) => ({
    ...toolOf(n * 37),
    inputSchema: { type: 'object' },
  }));
  const { contract } = buildContract({ tools });
  const quality = plane.get(QualityService);
  const lint = () => quality.lint(organization.id, { serverName: 'com.example/new', contract, issues: [] });
  const read = () =>
    client.query(`SELECT s.name AS server, t.name, left(t.description, 2000) AS text FROM tools t
      JOIN server_versions v ON v.id = t.version_id JOIN servers s ON s.id = t.server_id`);
  const found = (await lint()).filter(({ ruleId }) => ruleId === 'FLEET_TOOL_SIMILAR').length;
  const [anew, kept, reading]: [number[], number[], number[]] = [[], [], []];
  for (let n = 0; n < ROUNDS; n++) {
    // another contract somewhere: the stamp differs, the index is read and built again
    await client.query('UPDATE tool_indexes SET contract_digest = $1 WHERE version_id = $2', [
      `sha256:${n}`,
      versions[0]?.id,
    ]);
    anew.push(await timed(lint));
    reading.push(await timed(read));
    kept.push(await timed(lint));
  }
  const memory = process.memoryUsage().heapUsed / 1024 / 1024;
  console.log(
    JSON.stringify({
      bench: 'fleet-overlap',
      ratio: round(median(anew) / median(reading)),
      reference: 'reading the same rows through pg',
      unit: 'time of one lint with the index built anew / time of the reference',
      tools: all.length,
      similarFound: found,
      anewMs: round(median(anew)),
      keptMs: round(median(kept)),
      readingMs: round(median(reading)),
      heapMb: Math.round(memory),
      machine: `${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}`,
    }),
  );
} finally {
  await client.end();
  await plane.close();
}
