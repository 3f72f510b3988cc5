import pg from 'pg';
import type { PersonSeed } from './person.seed.js';
import type { OrganizationSeed, TeamSeed } from './seed.js';

/** How large a fleet is, and whose. */
export type FleetSeed = {
  organization: OrganizationSeed;
  team: TeamSeed;
  publisher: PersonSeed;
  servers: number;
  /** Spread over the servers as evenly as it goes; the highest of each is the latest. */
  versions: number;
};

/** Names `{namespace}/server-00042`; a word in each description is in one server's alone: `needle` and eight hex digits. */
export const fleetServerName = (team: TeamSeed, n: number): string =>
  `${team.namespace}/server-${String(n).padStart(5, '0')}`;

/**
 * Fills the catalogue with active, listed versions, straight through SQL: what a bench needs many of and no service makes
 * in time. `url` is of the owner of the tables.
 */
export async function seedFleet(url: string, fleet: FleetSeed): Promise<void> {
  const { organization, team, publisher, servers, versions } = fleet;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("SELECT set_config('rollcall.organization_id', '*', false)");
    await client.query(
      `INSERT INTO servers (id, organization_id, namespace_id, team_id, name, alias, description, created_at)
       SELECT 'srv_fleet' || lpad(n::text, 17, '0'), $1, ns.id, $2, ns.name || '/server-' || lpad(n::text, 5, '0'),
         'fleet-' || n, 'Server ' || n || ' of the fleet.', now()
       FROM namespaces ns, generate_series(1, $4::int) n WHERE ns.organization_id = $1 AND ns.name = $3`,
      [organization.id, team.id, team.namespace, servers],
    );
    await client.query(
      `INSERT INTO server_versions (id, organization_id, server_id, version, manifest, manifest_digest, state, track,
         state_changed_at, is_latest, publisher_id, published_at, updated_at, approval_rules)
       SELECT 'ver_fleet' || lpad(n::text, 17, '0'), $1, s.id, '1.' || ((n - 1) / $3::int) || '.0', manifest_of(s.name, s.at, n, $3::int),
         'sha256:' || encode(sha256(n::text::bytea), 'hex'), 'active', 'listed',
         now() - n * interval '1 second', n + $3::int > $4::int, $2, now() - n * interval '1 second', now() - n * interval '1 second', '{}'
       FROM generate_series(1, $4::int) n
       JOIN (SELECT id, name, row_number() OVER (ORDER BY id) AS at FROM servers WHERE organization_id = $1 AND id LIKE 'srv_fleet%') s
         ON s.at = (n - 1) % $3::int + 1`.replace('manifest_of(s.name, s.at, n, $3::int)', MANIFEST),
      [organization.id, publisher.id, servers, versions],
    );
    await client.query('VACUUM ANALYZE servers');
    await client.query('VACUUM ANALYZE server_versions');
    await client.query('VACUUM ANALYZE version_remotes');
  } finally {
    await client.end();
  }
}

/** About 900 bytes, as a usual manifest has. */
const MANIFEST = `jsonb_build_object(
  '$schema', 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  'name', s.name, 'version', '1.' || ((n - 1) / $3::int) || '.0', 'title', 'Fleet server ' || s.at,
  'description', 'Tools for team ' || (s.at % 50) || ', needle' || left(md5(s.at::text), 8) || ', of the fleet.',
  'websiteUrl', 'https://docs.example.com/fleet/' || s.at,
  'repository', jsonb_build_object('url', 'https://git.example.com/fleet/server-' || s.at, 'source', 'github', 'id', md5(s.name)),
  'remotes', jsonb_build_array(jsonb_build_object('type', 'streamable-http', 'url', 'https://fleet-' || s.at || '.example.com/mcp',
    'headers', jsonb_build_array(jsonb_build_object('name', 'Authorization', 'description', 'A bearer token of the fleet.', 'isSecret', true)))),
  'packages', jsonb_build_array(jsonb_build_object('registryType', 'npm', 'identifier', '@fleet/server-' || s.at, 'version', '1.0.0',
    'transport', jsonb_build_object('type', 'stdio'), 'environmentVariables',
    jsonb_build_array(jsonb_build_object('name', 'FLEET_TOKEN', 'description', 'A token of the fleet.', 'isRequired', true, 'isSecret', true)))))`;
