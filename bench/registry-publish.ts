/**
 * What publishing costs: the next version of a server with 10,000 versions against that of a server with 10, each through
 * `POST /v0.1/publish` where publications are active at once; rounds alternate. Beside it, publications per second of 8
 * publishers of different servers at once. Last line: one JSON object.
 */
import { availableParallelism } from 'node:os';
import { manifestOf, seed } from '@rollcall/testing';
import pg from 'pg';
import { Pool } from 'undici';
import { startApi } from '../apps/api/test/running-api.js';

const MANY = 9_900;
const FEW = 10;
const ROUNDS = 40;
const PUBLISHERS = 8;
const EACH = 15;

const median = (times: number[]) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
const round = (value: number) => Math.round(value * 100) / 100;

const api = await startApi();
const http = new Pool(api.url, { connections: PUBLISHERS });
const client = new pg.Client({ connectionString: api.databaseUrl });
try {
  const organization = await seed(api).organization('bench', { publication: 'direct' });
  const team = await organization.team('fleet');
  const ci = await team.developer('ci');
  const headers = { authorization: `Bearer ${await ci.token()}`, 'content-type': 'application/json' };
  await client.connect();

  const publish = async (server: string, version: string): Promise<number> => {
    const body = JSON.stringify(manifestOf(`${team.namespace}/${server}`, version));
    const startedAt = performance.now();
    const answer = await http.request({ path: '/v0.1/publish', method: 'POST', headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`a publication was answered with ${answer.statusCode}: ${text}`);
    return performance.now() - startedAt;
  };
  const grow = async (server: string, versions: number) => {
    await publish(server, '1.0.0');
    await client.query(
      `INSERT INTO server_versions (id, organization_id, server_id, version, manifest, manifest_digest, state, track,
         state_changed_at, publisher_id, published_at, approval_rules)
       SELECT 'ver_' || $2 || n, v.organization_id, v.server_id, '0.0.' || n, v.manifest, 'sha256:' || n, 'active', 'listed',
         now(), v.publisher_id, v.published_at, '{}'
       FROM server_versions v, generate_series(1, $3::int) n WHERE v.server_name = $1 AND v.version = '1.0.0'`,
      [`${team.namespace}/${server}`, server, versions - 1],
    );
  };
  await grow('many', MANY);
  await grow('few', FEW);
  await client.query('VACUUM ANALYZE server_versions');
  for (let n = 1; n <= 5; n++) for (const server of ['many', 'few']) await publish(server, `1.1.${n}`);
  const many: number[] = [];
  const few: number[] = [];
  for (let n = 1; n <= ROUNDS; n++) {
    many.push(await publish('many', `1.2.${n}`));
    few.push(await publish('few', `1.2.${n}`));
  }
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: PUBLISHERS }, async (_, publisher) => {
      for (let n = 1; n <= EACH; n++) await publish(`at-once-${publisher}`, `1.0.${n}`);
    }),
  );
  const perSecond = (PUBLISHERS * EACH) / ((performance.now() - startedAt) / 1_000);
  process.stdout.write(
    `${JSON.stringify({
      bench: 'registry-publish',
      ratio: round(median(many) / median(few)),
      reference: `the next version of a server with ${FEW} versions`,
      unit: 'median time to publish the next version of a server with about 10,000 versions / with 10',
      manyMs: round(median(many)),
      fewMs: round(median(few)),
      publishers: PUBLISHERS,
      perSecondAtOnce: round(perSecond),
      machine: { cpus: availableParallelism(), node: process.versions.node },
    })}\n`,
  );
} finally {
  await client.end().catch(() => undefined);
  await http.close();
  await api.close();
}
