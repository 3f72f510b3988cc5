import type pg from 'pg';

/** Where the versions stand that come to their end during the story. */
export const ENDING = 'com.acme.payments/ending';

const ROAD = ['draft', 'in_review', 'staging', 'active', 'deprecated'];

/**
 * Writes deprecated versions as their history would have left them, with sunsets spread over the time given: bringing each
 * there through HTTP would be another test.
 */
export async function writeDueVersions(database: pg.Client, count: number, withinMs: number): Promise<void> {
  await database.query(
    `INSERT INTO servers (id, organization_id, namespace_id, team_id, name, alias, description, created_at)
     SELECT 'srv_ending', organization_id, id, team_id, $1, 'ending', 'Ends.', now() FROM namespaces`,
    [ENDING],
  );
  await database.query(
    `INSERT INTO server_versions (id, organization_id, server_id, version, manifest, manifest_digest, state,
       state_changed_at, publisher_id, published_at, approval_rules, deprecation)
     SELECT 'ver_ending_' || n, s.organization_id, s.id, '0.0.' || n,
       jsonb_build_object('name', s.name, 'version', '0.0.' || n, 'description', 'Ends.'), 'd' || n, 'deprecated',
       now(), 'prn_x', now(), '{}', jsonb_build_object('message', 'Ends.', 'successor', NULL, 'sunsetAt',
         to_char((now() + n * $2::float8 / $1::float8 * interval '1 millisecond') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
     FROM servers s, generate_series(1, $1::int) n WHERE s.id = 'srv_ending'`,
    [count, withinMs],
  );
  for (const [index, state] of ROAD.entries()) {
    await database.query(
      `INSERT INTO transitions (id, organization_id, version_id, from_state, to_state, actor_id, actor_handle, guards, at)
       SELECT 'trn_' || $1::text || id, organization_id, id, $2, $3, 'prn_x', 'history', '[]',
         now() - (10 - $1::int) * interval '1 hour'
       FROM server_versions WHERE server_id = 'srv_ending'`,
      [index, ROAD[index - 1] ?? null, state],
    );
  }
}
