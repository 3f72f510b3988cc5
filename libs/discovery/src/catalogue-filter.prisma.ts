import type { Visibility } from '@rollcall/access';
import { DAY_MS, type RequestContext } from '@rollcall/kernel';
import { Prisma } from '@rollcall/persistence';
import type { Scope } from './search-sql.prisma.js';
import type { ServerFilter } from './server-filter.js';

/** States in which a version is over: found only when somebody asks for them. */
const ENDED = Prisma.sql`('rejected', 'decommissioned')`;

/**
 * The version that speaks for a server: the latest one, else (nothing published yet) the newest.
 * `s` is the server in every fragment of this file.
 */
export const CURRENT_VERSION = Prisma.sql`(SELECT cv.id FROM server_versions cv WHERE cv.server_id = s.id
  ORDER BY cv.is_latest DESC, cv.state IN ${ENDED}, cv.published_at DESC, cv.id DESC LIMIT 1)`;

/** True for versions `v` whose tools are found by default: of each server the one that speaks for it, unless it has ended. */
export const SPEAKS = Prisma.sql`(v.state NOT IN ${ENDED} AND (v.is_latest OR v.id = ${CURRENT_VERSION}))`;

/** Whom a search is made for. */
export function scopeOf(ctx: RequestContext, visibility: Visibility): Scope {
  return { organizationId: ctx.organizationId, teamIds: visibility.all ? null : visibility.teamIds };
}

/** What limits servers `s` to those the caller may see. */
export function seenBy({ organizationId, teamIds }: Scope): Prisma.Sql {
  const own = Prisma.sql`s.organization_id = ${organizationId}`;
  return teamIds === null ? own : Prisma.sql`${own} AND s.team_id = ANY(${teamIds}::text[])`;
}

/** Every filter that was given, as one condition on servers `s`. */
export function matching(ctx: RequestContext, filter: ServerFilter): Prisma.Sql {
  const parts = [...ofServer(ctx, filter), ...ofVersions(ctx, filter), ...ofCurrentVersion(filter)];
  return parts.length > 0 ? Prisma.join(parts, ' AND ') : Prisma.sql`true`;
}

function ofServer(ctx: RequestContext, { team, unusedForDays }: ServerFilter): Prisma.Sql[] {
  const parts: Prisma.Sql[] = [];
  if (given(team)) {
    parts.push(Prisma.sql`s.team_id IN (SELECT tm.id FROM teams tm
      WHERE tm.organization_id = ${ctx.organizationId} AND tm.slug = ${team})`);
  }
  if (given(unusedForDays)) {
    const since = new Date(ctx.clock.now().getTime() - unusedForDays * DAY_MS);
    // what is younger than the window was not unused in it
    parts.push(Prisma.sql`(s.created_at <= ${since} AND NOT EXISTS (SELECT 1 FROM usage_hours u
      WHERE u.organization_id = s.organization_id AND u.alias = s.alias AND u.hour >= ${since}))`);
  }
  return parts;
}

function ofVersions(ctx: RequestContext, filter: ServerFilter): Prisma.Sql[] {
  const { state, quarantined, environment, transport } = filter;
  const parts: Prisma.Sql[] = [];
  const some = (condition: Prisma.Sql) =>
    Prisma.sql`EXISTS (SELECT 1 FROM server_versions v WHERE v.server_id = s.id AND ${condition})`;
  if (given(state)) parts.push(some(Prisma.sql`v.state = ${state}`));
  if (given(quarantined)) {
    const held = some(Prisma.sql`v.quarantine_reason IS NOT NULL`);
    parts.push(quarantined ? held : Prisma.sql`NOT ${held}`);
  }
  if (given(environment) || given(transport)) {
    const inEnvironment = given(environment)
      ? Prisma.sql`AND e.environment_id IN (SELECT n.id FROM environments n
          WHERE n.organization_id = ${ctx.organizationId} AND n.name = ${environment})`
      : Prisma.empty;
    const over = given(transport)
      ? Prisma.sql`AND e.transport = ${transport === 'streamable_http' ? 'streamable-http' : transport}`
      : Prisma.empty;
    const endpoint = Prisma.sql`EXISTS (SELECT 1 FROM endpoints e WHERE e.version_id = v.id ${inEnvironment} ${over})`;
    parts.push(some(Prisma.sql`v.state NOT IN ${ENDED} AND ${endpoint}`));
  }
  return parts;
}

function ofCurrentVersion(filter: ServerFilter): Prisma.Sql[] {
  const { unauthenticatedAccessRefused: refused, era, protocolVersion, hasDestructiveTools } = filter;
  const parts: Prisma.Sql[] = [];
  if (given(refused)) {
    parts.push(Prisma.sql`(SELECT i.unauthenticated_access_refused FROM inspections i WHERE i.version_id = ${CURRENT_VERSION}
      AND i.unauthenticated_access_refused IS NOT NULL ORDER BY i.requested_at DESC, i.id DESC LIMIT 1) = ${refused}`);
  }
  if (given(era) || given(protocolVersion)) {
    const wanted = [
      ...(given(era) ? [Prisma.sql`p.era = ${era}`] : []),
      ...(given(protocolVersion) ? [Prisma.sql`p.protocol_version = ${protocolVersion}`] : []),
    ];
    parts.push(Prisma.sql`EXISTS (SELECT 1 FROM (SELECT i.era, i.protocol_version FROM inspections i
      WHERE i.version_id = ${CURRENT_VERSION} AND i.era IS NOT NULL ORDER BY i.requested_at DESC, i.id DESC LIMIT 1) p
      WHERE ${Prisma.join(wanted, ' AND ')})`);
  }
  if (given(hasDestructiveTools)) {
    const has = Prisma.sql`EXISTS (SELECT 1 FROM tool_indexes ti WHERE ti.version_id = ${CURRENT_VERSION} AND ti.destructive > 0)`;
    parts.push(hasDestructiveTools ? has : Prisma.sql`NOT ${has}`);
  }
  return parts;
}

const given = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;
