import { Injectable } from '@nestjs/common';
import type { JsonObject } from '@rollcall/kernel';
import { Prisma, PrismaService } from '@rollcall/persistence';
import type { CatalogueReader } from './catalogue.read-model.prisma.js';

/** A page of something; `next` is the key of its last row, null at the end. */
export type Page<T> = { items: T[]; next: string | null };

/** A server as its owner sees it. */
export type ServerView = {
  name: string;
  alias: string;
  title: string | null;
  ownerTeam: string;
  latest: string | null;
};

/** One version with everything upstream's shape has no place for. */
export type VersionView = {
  version: string;
  state: string;
  track: string;
  isLatest: boolean;
  quarantined: boolean;
  publishedAt: string;
  stateChangedAt: string;
  sunsetAt: string | null;
  successor: JsonObject | null;
  health: string | null;
  contractDigest: string | null;
  verdict: string | null;
};

type VersionRow = Omit<VersionView, 'sunsetAt' | 'successor' | 'publishedAt' | 'stateChangedAt'> & {
  id: string;
  publishedAt: Date;
  stateChangedAt: Date;
  deprecation: { sunsetAt: string; successor: JsonObject | null } | null;
};

/** Our own extension of the registry API: every server a member may see, drafts included, with the state of each version. */
@Injectable()
export class LifecycleViewReadModel {
  constructor(private readonly prisma: PrismaService) {}

  /** Servers in byte order of their names. */
  async servers(
    reader: CatalogueReader,
    { limit, after }: { limit: number; after: string },
  ): Promise<Page<ServerView>> {
    const rows = await this.prisma.$queryRaw<ServerView[]>`
      SELECT s.name, s.alias, s.title, t.slug AS "ownerTeam", l.version AS latest
      FROM servers s JOIN teams t ON t.id = s.team_id
      LEFT JOIN server_versions l ON l.server_id = s.id AND l.is_latest
      WHERE s.organization_id = ${reader.organizationId} AND ${ofTeams(reader)} AND s.name COLLATE "C" > ${after}
      ORDER BY s.name COLLATE "C" LIMIT ${limit + 1}`;
    return pageOf(rows, limit, (row) => row.name);
  }

  /** The server and a page of its versions, newest first; null when the reader sees no such server. */
  async server(
    reader: CatalogueReader,
    name: string,
    { limit, before }: { limit: number; before: string | null },
  ): Promise<{ server: ServerView; versions: Page<VersionView> } | null> {
    const [row] = await this.prisma.$queryRaw<(ServerView & { id: string })[]>`
      SELECT s.id, s.name, s.alias, s.title, t.slug AS "ownerTeam", l.version AS latest
      FROM servers s JOIN teams t ON t.id = s.team_id
      LEFT JOIN server_versions l ON l.server_id = s.id AND l.is_latest
      WHERE s.organization_id = ${reader.organizationId} AND ${ofTeams(reader)} AND s.name = ${name}`;
    if (!row) return null;
    const { id, ...server } = row;
    const versions = await this.versions(id, limit, before);
    return { server, versions: { ...versions, items: versions.items.map(versionView) } };
  }

  private async versions(serverId: string, limit: number, before: string | null): Promise<Page<VersionRow>> {
    const earlier = before === null ? Prisma.empty : Prisma.sql`AND v.id < ${before}`;
    const rows = await this.prisma.$queryRaw<VersionRow[]>`
      SELECT v.id, v.version, v.state, v.track, v.is_latest AS "isLatest", v.quarantine_reason IS NOT NULL AS quarantined,
        v.published_at AS "publishedAt", v.state_changed_at AS "stateChangedAt", v.deprecation,
        coalesce(v.approved_contract_digest, v.contract_digest) AS "contractDigest", i.outcome AS health, c.conclusion AS verdict
      FROM (SELECT * FROM server_versions v WHERE v.server_id = ${serverId} ${earlier} ORDER BY v.id DESC LIMIT ${limit + 1}) v
      LEFT JOIN LATERAL (
        SELECT outcome FROM inspections WHERE version_id = v.id AND status = 'completed'
        ORDER BY requested_at DESC LIMIT 1) i ON true
      LEFT JOIN LATERAL (
        SELECT conclusion FROM checks WHERE version_id = v.id AND status = 'completed'
        ORDER BY requested_at DESC LIMIT 1) c ON true
      ORDER BY v.id DESC`;
    return pageOf(rows, limit, (row) => row.id);
  }
}

function ofTeams({ teamIds }: CatalogueReader): Prisma.Sql {
  return teamIds === null ? Prisma.sql`true` : Prisma.sql`s.team_id = ANY(${[...teamIds]})`;
}

function pageOf<T>(rows: T[], limit: number, keyOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? keyOf(last) : null };
}

function versionView({ id: _, deprecation, publishedAt, stateChangedAt, ...row }: VersionRow): VersionView {
  return {
    ...row,
    publishedAt: publishedAt.toISOString(),
    stateChangedAt: stateChangedAt.toISOString(),
    sunsetAt: deprecation?.sunsetAt ?? null,
    successor: deprecation?.successor ?? null,
  };
}
