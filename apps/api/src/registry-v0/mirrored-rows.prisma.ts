import { Prisma } from '@rollcall/persistence';
import { filterConditions, inOrder, type SourceQuery } from './catalogue-conditions.prisma.js';

/**
 * Servers of other registries, as far as nothing of our own or of a mirror before hides them (the view says). `updated_at`
 * is when we learnt of the change, so that who follows us misses none. They belong to the organization and to no team:
 * whoever may read anything reads them.
 */
export function mirroredRows(query: SourceQuery): Prisma.Sql {
  const conditions = [
    Prisma.sql`v.organization_id = ${query.organizationId}`,
    query.filters.includeDeleted ? Prisma.sql`true` : Prisma.sql`v.status <> 'deleted'`,
    ...filterConditions(query),
  ];
  return Prisma.sql`
    SELECT NULL::text AS version_id, NULL::text AS server_id, v.server_name, v.version, v.manifest, v.status,
      v.status_changed_at, v.status_message, v.published_at, v.updated_at, v.is_latest,
      NULL::text AS state, NULL::text AS track, NULL::text AS contract_digest, NULL::jsonb AS deprecation,
      json_build_object('mirror', v.mirror)::text AS extra
    FROM shown_mirrored_versions v WHERE ${Prisma.join(conditions, ' AND ')} ${inOrder(query)}`;
}
