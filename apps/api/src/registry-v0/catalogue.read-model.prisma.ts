import { Injectable } from '@nestjs/common';
import { Prisma, PrismaService } from '@rollcall/persistence';
import { likePattern, type SourceQuery } from './catalogue-conditions.prisma.js';
import { type CatalogueFilters, encodePosition } from './catalogue-cursor.js';
import type { PageQuery } from './catalogue-query.js';
import { type CatalogueRow, readRows } from './catalogue-row.js';
import { CATALOGUE_SOURCES, type CatalogueSource, mergedRows } from './catalogue-sources.prisma.js';
import { itemText, listText } from './registry-item.js';

/** Who reads: which teams' servers, and whether our own metadata goes along. */
export type CatalogueReader = { organizationId: string; teamIds: readonly string[] | null; redacted: boolean };

/** Below this many matches a search goes by their ids; above, matches are so dense that walking the order finds them sooner. */
const RARE = 1_000;
/** Trigrams have three characters: a shorter search has nothing to look up. */
const SHORTEST_LOOKUP = 3;

/** Reads published versions in the shape of the MCP Registry API v0.1, as JSON text. */
@Injectable()
export class CatalogueReadModel {
  constructor(private readonly prisma: PrismaService) {}

  /** A page in order of name, then version (bytes, as upstream does). */
  async page(reader: CatalogueReader, { limit, filters, after }: PageQuery): Promise<string> {
    const query = { ...scopeOf(reader), filters, after, take: limit + 1 };
    const rows = await this.rows(reader, { ...query, found: await this.lookUp(reader, filters.search) });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const more = rows.length > limit && last !== undefined;
    return listText(
      page.map(itemText),
      more ? encodePosition({ name: last.server_name, version: last.version }, filters) : null,
    );
  }

  /** Every version of a server, newest first; null when there is none. */
  async versions(reader: CatalogueReader, name: string, includeDeleted: boolean): Promise<string | null> {
    const items = await this.items(reader, name, includeDeleted);
    return items.length === 0 ? null : listText(items, null);
  }

  /** The same, one text per version. */
  async items(reader: CatalogueReader, name: string, includeDeleted: boolean): Promise<string[]> {
    const rows = await this.rows(reader, { ...scopeOf(reader), name, filters: only({ includeDeleted }) });
    rows.sort((a, b) => compare(b.published_at, a.published_at) || compare(b.version_id ?? '', a.version_id ?? ''));
    return rows.map(itemText);
  }

  /** One version, or the one that `latest` means; null when there is none. */
  async version(
    reader: CatalogueReader,
    { name, version }: { name: string; version: string },
    includeDeleted: boolean,
  ): Promise<string | null> {
    const filters = only({ version, includeDeleted });
    const [row] = await this.rows(reader, { ...scopeOf(reader), name, filters, take: 1 });
    return row ? itemText(row) : null;
  }

  /** One text for the whole page: a client library that makes an object of every cell would cost more than the query. */
  private async rows(reader: CatalogueReader, query: SourceQuery): Promise<CatalogueRow[]> {
    const [answer] = await this.prisma.$queryRaw<{ page: string | null }[]>(
      reader.redacted ? redacted(query) : complete(query),
    );
    return readRows(answer?.page ?? null);
  }

  /** Ids of what a rare search matches; null when it is better compared row by row. */
  private async lookUp(reader: CatalogueReader, search: string | null): Promise<string[] | null> {
    if (search === null || [...search].length < SHORTEST_LOOKUP) return null;
    const found = await Promise.all(CATALOGUE_SOURCES.map((source) => this.matches(source, reader, search)));
    const ids = found.flat();
    return ids.length > RARE ? null : ids;
  }

  private async matches(source: CatalogueSource, reader: CatalogueReader, search: string): Promise<string[]> {
    const rows = await this.prisma.$queryRaw<{ id: string }[]>`
      SELECT catalogue_matches(${source.table}, ${reader.organizationId}, ${likePattern(search)}, ${RARE + 1}::int) AS id`;
    return rows.map(({ id }) => id);
  }
}

const scopeOf = ({ organizationId, teamIds }: CatalogueReader) => ({ organizationId, teamIds });

function only(filters: Partial<CatalogueFilters>): CatalogueFilters {
  return { search: null, version: null, updatedSince: null, includeDeleted: false, ...filters };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const ORDER = Prisma.sql`ORDER BY p.server_name COLLATE "C", p.version COLLATE "C"`;

/** In the order of {@link readRows}. Free text is JSON, so that the separators appear nowhere else. */
const OFFICIAL = [
  Prisma.sql`p.version_id`,
  Prisma.sql`to_json(p.server_name)`,
  Prisma.sql`to_json(p.version)`,
  Prisma.sql`p.manifest`,
  Prisma.sql`p.status`,
  Prisma.sql`to_json(p.status_message)`,
  Prisma.sql`p.is_latest`,
  Prisma.sql`to_json(p.status_changed_at AT TIME ZONE 'UTC')`,
  Prisma.sql`to_json(p.published_at AT TIME ZONE 'UTC')`,
  Prisma.sql`to_json(p.updated_at AT TIME ZONE 'UTC')`,
];
const OURS = [
  Prisma.sql`p.extra`,
  Prisma.sql`p.state`,
  Prisma.sql`p.track`,
  Prisma.sql`p.contract_digest`,
  Prisma.sql`p.deprecation`,
  Prisma.sql`s.alias`,
  Prisma.sql`t.slug`,
  Prisma.sql`i.outcome`,
  Prisma.sql`c.conclusion`,
];

const oneText = (columns: readonly Prisma.Sql[]): Prisma.Sql =>
  Prisma.sql`SELECT string_agg(concat(${Prisma.join(columns, ', chr(31), ')}), chr(30) ${ORDER}) AS page`;

function redacted(query: SourceQuery): Prisma.Sql {
  return Prisma.sql`${oneText(OFFICIAL)} FROM (${mergedRows(query)}) p`;
}

/** Joins come after the limit, so they touch the rows of one page only. */
function complete(query: SourceQuery): Prisma.Sql {
  return Prisma.sql`
    ${oneText([...OFFICIAL, ...OURS])} FROM (${mergedRows(query)}) p
    LEFT JOIN servers s ON s.id = p.server_id
    LEFT JOIN teams t ON t.id = s.team_id
    LEFT JOIN LATERAL (
      SELECT outcome FROM inspections WHERE version_id = p.version_id AND status = 'completed'
      ORDER BY requested_at DESC LIMIT 1) i ON true
    LEFT JOIN LATERAL (
      SELECT conclusion FROM checks WHERE version_id = p.version_id AND status = 'completed'
      ORDER BY requested_at DESC LIMIT 1) c ON true`;
}
