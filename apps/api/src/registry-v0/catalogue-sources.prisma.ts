import { Prisma } from '@rollcall/persistence';
import { filterConditions, inOrder, type SourceQuery } from './catalogue-conditions.prisma.js';
import { mirroredRows } from './mirrored-rows.prisma.js';

/**
 * Where rows of the catalogue come from. The page is the merge of all sources; each gives its own rows in order, so that
 * the merge reads no more of them than the page has. Columns: `version_id`, `server_id` (both null when the version is not
 * local), `server_name`, `version`, `manifest`, `status`, `status_changed_at`, `status_message`, `published_at`,
 * `updated_at`, `is_latest`, `state`, `track`, `contract_digest`, `deprecation`, and `extra`: text of a JSON object that
 * stands under our own key of a version that is not local.
 */
export type CatalogueSource = {
  /** Named to the database function `catalogue_matches`. */
  table: 'server_versions' | 'mirrored_versions';
  rows(query: SourceQuery): Prisma.Sql;
};

/** In order of precedence. */
export const CATALOGUE_SOURCES: readonly CatalogueSource[] = [
  { table: 'server_versions', rows: localRows },
  { table: 'mirrored_versions', rows: mirroredRows },
];

/** All sources as one ordered, limited relation. */
export function mergedRows(query: SourceQuery, sources: readonly CatalogueSource[] = CATALOGUE_SOURCES): Prisma.Sql {
  const [only] = sources;
  if (only && sources.length === 1) return only.rows(query);
  const parts = sources.map((source) => Prisma.sql`(${source.rows(query)})`);
  return Prisma.sql`SELECT * FROM (${Prisma.join(parts, ' UNION ALL ')}) merged ${inOrder(query)}`;
}

/** Public states; a quarantined version looks deleted to whoever asks for deleted ones, so that importers drop it. */
const ALIVE = Prisma.sql`v.state IN ('canary', 'active', 'deprecated') AND v.quarantine_reason IS NULL`;
const ALIVE_OR_DELETED = Prisma.sql`v.state IN ('canary', 'active', 'deprecated', 'decommissioned')`;

function localRows(query: SourceQuery): Prisma.Sql {
  const { organizationId, teamIds, filters } = query;
  const conditions = [
    Prisma.sql`v.organization_id = ${organizationId}`,
    filters.includeDeleted ? ALIVE_OR_DELETED : ALIVE,
    ...filterConditions(query),
  ];
  if (teamIds !== null) {
    conditions.push(Prisma.sql`v.server_id IN (
      SELECT id FROM servers WHERE organization_id = ${organizationId} AND team_id = ANY(${[...teamIds]}))`);
  }
  return Prisma.sql`
    SELECT v.id AS version_id, v.server_id, v.server_name, v.version, v.manifest,
      CASE WHEN v.quarantine_reason IS NOT NULL OR v.state = 'decommissioned' THEN 'deleted'
        WHEN v.state = 'deprecated' THEN 'deprecated' ELSE 'active' END AS status,
      CASE WHEN v.quarantine_reason IS NULL THEN v.state_changed_at ELSE v.updated_at END AS status_changed_at,
      CASE WHEN v.quarantine_reason IS NULL AND v.state IN ('deprecated', 'decommissioned')
        THEN coalesce(v.status_message, left(v.deprecation->>'message', 500)) END AS status_message,
      v.published_at, v.updated_at, v.is_latest, v.state, v.track,
      coalesce(v.approved_contract_digest, v.contract_digest) AS contract_digest, v.deprecation, NULL::text AS extra
    FROM server_versions v WHERE ${Prisma.join(conditions, ' AND ')} ${inOrder(query)}`;
}
