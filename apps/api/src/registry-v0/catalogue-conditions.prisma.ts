import { Prisma } from '@rollcall/persistence';
import type { CatalogueFilters, CataloguePosition } from './catalogue-cursor.js';

/** Which rows a source gives, for one organization and one reader. */
export type SourceQuery = {
  organizationId: string;
  /** Teams whose servers the reader sees; null: all. */
  teamIds: readonly string[] | null;
  filters: CatalogueFilters;
  /** Only this server. */
  name?: string;
  after?: CataloguePosition | null;
  /** At most so many, in order of name and version; absent: all, in any order. */
  take?: number;
  /** Ids that {@link CatalogueSource} `table` found for the search; null: none were looked up, so every row is compared. */
  found?: readonly string[] | null;
};

/** Conditions on the texts and times every source has under the same names. */
export function filterConditions({ filters, name, after, found }: SourceQuery): Prisma.Sql[] {
  const { search, version, updatedSince } = filters;
  const conditions: Prisma.Sql[] = [];
  if (name !== undefined) conditions.push(Prisma.sql`v.server_name = ${name}`);
  if (version === 'latest') conditions.push(Prisma.sql`v.is_latest`);
  else if (version !== null) conditions.push(Prisma.sql`v.version = ${version}`);
  if (updatedSince !== null) conditions.push(Prisma.sql`v.updated_at > ${updatedSince}::timestamptz`);
  if (after) {
    conditions.push(Prisma.sql`(v.server_name COLLATE "C", v.version COLLATE "C") > (${after.name}, ${after.version})`);
  }
  if (found) conditions.push(Prisma.sql`v.id = ANY(${[...found]})`);
  else if (search !== null) {
    const pattern = likePattern(search);
    // inside CASE nothing is known of how rare a match is: PostgreSQL then walks the order until the page is full
    conditions.push(
      Prisma.sql`CASE WHEN v.server_name ILIKE ${pattern} OR v.description ILIKE ${pattern} THEN true ELSE false END`,
    );
  }
  return conditions;
}

/** `ORDER BY` and `LIMIT` of a page, over columns named `server_name` and `version`. */
export function inOrder({ take }: SourceQuery): Prisma.Sql {
  if (take === undefined) return Prisma.empty;
  return Prisma.sql`ORDER BY server_name COLLATE "C", version COLLATE "C" LIMIT ${take}`;
}

/** A pattern that matches the text anywhere, every character of it literally. */
export const likePattern = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
