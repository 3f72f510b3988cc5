import { Injectable } from '@nestjs/common';
import { AccessService, teamFilter } from '@rollcall/access';
import { decodeCursor, encodeCursor, type RequestContext } from '@rollcall/kernel';
import { Prisma, PrismaService, type Tx } from '@rollcall/persistence';
import { BoundedReads } from './bounded-read.runner.js';
import { CURRENT_VERSION, matching, scopeOf, seenBy } from './catalogue-filter.prisma.js';
import { invalidCursor } from './discovery.errors.js';
import {
  canBeAlike,
  foundServers,
  foundTools,
  type Scope,
  type SearchMode,
  serverRank,
  serverReasons,
  toolMatches,
  toolRank,
} from './search-sql.prisma.js';
import { readSearch, type SearchWords } from './search-words.js';
import type { ServerFilter } from './server-filter.js';

/** A page of the catalogue, in name order, or by rank when something is searched for. */
export type ServerFind = ServerFilter & { first: number; after?: string | null; search?: string | null };
/** Why a server is a hit: one of its texts, or a tool that it offers. */
export type ServerMatch = { field: 'name' | 'title' | 'description' | 'tool'; tool: string | null };
/** One server of a page; `rank` is null and `matched` empty when nothing was searched for. */
export type FoundServer = {
  server: ServerRow;
  cursor: string;
  rank: number | null;
  matched: ServerMatch[];
};

type ServerRow = NonNullable<Awaited<ReturnType<PrismaService['server']['findFirst']>>>;
type Hit = { id: string; rank: number };
type Question = { scope: Scope; where: Prisma.Sql; words: SearchWords };

/** Tools that are named for one server of a page. */
const TOOLS_PER_SERVER = 3;
const MAX_PAGE = 100;

/** Finds servers as one caller may see them. The number of statements does not depend on how many it finds. */
@Injectable()
export class ServerFinder {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly reads: BoundedReads,
  ) {}

  /** A page of at most 100. Refuses with INVALID_CURSOR or SEARCH_TOO_BROAD. */
  async page(ctx: RequestContext, query: ServerFind): Promise<{ items: FoundServer[]; hasNext: boolean }> {
    const take = Math.min(Math.max(query.first, 1), MAX_PAGE);
    const words = readSearch(query.search);
    if (words === null && !isFiltered(query)) return this.next(ctx, take, query.after);
    const { scope, where } = await this.where(ctx, query);
    if (words === null) return this.byName({ where, take, after: query.after });
    const question = { scope, where, words };
    const found = await this.reads.run((tx) => ranked(tx, question, { take, after: query.after }));
    const rows = await this.rows(found.hits.map((hit) => hit.id));
    const items = found.hits.flatMap((hit) => {
      const server = rows.get(hit.id);
      if (!server) return [];
      const cursor = encodeCursor([found.mode, String(hit.rank), hit.id]);
      return [{ server, cursor, rank: hit.rank, matched: found.reasons.get(hit.id) ?? [] }];
    });
    return { items, hasNext: found.hasNext };
  }

  /** How many servers the whole list has; of a search at most the hits that are ranked. */
  async count(ctx: RequestContext, query: Omit<ServerFind, 'first' | 'after'>): Promise<number> {
    const { scope, where } = await this.where(ctx, query);
    const words = readSearch(query.search);
    return this.reads.run(async (tx) => {
      if (words === null) return total(tx, Prisma.sql`SELECT s.id FROM servers s WHERE ${where}`);
      const typed = await total(tx, hitsOf({ scope, where, words }, 'typed'));
      return typed > 0 || !canBeAlike(words) ? typed : total(tx, hitsOf({ scope, where, words }, 'alike'));
    });
  }

  private async where(ctx: RequestContext, filter: ServerFilter): Promise<{ scope: Scope; where: Prisma.Sql }> {
    const scope = scopeOf(ctx, await this.access.visibility(ctx, 'server.read'));
    return { scope, where: Prisma.sql`${seenBy(scope)} AND ${matching(ctx, filter)}` };
  }

  /** A plain page is read off an index: nothing a caller typed can make it long. */
  private async next(ctx: RequestContext, take: number, after: string | null | undefined) {
    const scope = teamFilter(await this.access.visibility(ctx, 'server.read'));
    const rows = await this.prisma.server.findMany({
      where: { organizationId: ctx.organizationId, ...scope, ...(after ? { name: { gt: nameOf(after) } } : {}) },
      orderBy: { name: 'asc' },
      take: take + 1,
    });
    return { items: rows.slice(0, take).map(foundByName), hasNext: rows.length > take };
  }

  private async byName(page: { where: Prisma.Sql; take: number; after: string | null | undefined }) {
    const after = page.after ? Prisma.sql`AND s.name > ${nameOf(page.after)}` : Prisma.empty;
    const hits = await this.reads.run(
      (tx) => tx.$queryRaw<{ id: string }[]>`
        SELECT s.id FROM servers s WHERE ${page.where} ${after} ORDER BY s.name LIMIT ${page.take + 1}`,
    );
    const ids = hits.slice(0, page.take).map((hit) => hit.id);
    const rows = await this.rows(ids);
    const items = ids.flatMap((id) => {
      const server = rows.get(id);
      return server ? [foundByName(server)] : [];
    });
    return { items, hasNext: hits.length > page.take };
  }

  private async rows(ids: readonly string[]): Promise<Map<string, ServerRow>> {
    if (ids.length === 0) return new Map();
    const rows = await this.prisma.server.findMany({ where: { id: { in: [...ids] } } });
    return new Map(rows.map((row) => [row.id, row]));
  }
}

/** A server of a page that nothing was searched for on. */
const foundByName = (server: ServerRow): FoundServer => ({
  server,
  cursor: encodeCursor([server.name]),
  rank: null,
  matched: [],
});

/** Whether the page asks for more than the next names. */
function isFiltered({ first: _first, after: _after, search: _search, ...filter }: ServerFind): boolean {
  return Object.values(filter).some((value) => value !== undefined && value !== null);
}

/** All servers that match, each once with its best rank. */
function hitsOf({ scope, where, words }: Question, mode: SearchMode): Prisma.Sql {
  return Prisma.sql`
    SELECT id, max(rank) AS rank FROM (
      SELECT s.id, ${serverRank(words, mode)} AS rank
        FROM ${foundServers(scope, words, mode)} f JOIN servers s ON s.id = f.id WHERE ${where}
      UNION ALL
      SELECT s.id, ${toolRank(words, mode)} AS rank FROM ${foundTools(scope, words, mode, null)} f
        JOIN tools t ON t.version_id = f.version_id AND t.name = f.name JOIN servers s ON s.id = t.server_id WHERE ${where}
    ) each GROUP BY id`;
}

async function ranked(tx: Tx, question: Question, page: { take: number; after: string | null | undefined }) {
  const from = page.after ? rankOf(page.after) : null;
  let mode: SearchMode = from?.mode ?? 'typed';
  let hits = await hitPage(tx, hitsOf(question, mode), page.take, from);
  if (hits.length === 0 && from === null && canBeAlike(question.words)) {
    mode = 'alike';
    hits = await hitPage(tx, hitsOf(question, mode), page.take, null);
  }
  const shown = hits.slice(0, page.take);
  const reasons = await reasonsOf(tx, question, mode, shown);
  return { mode, hits: shown, hasNext: hits.length > page.take, reasons };
}

function hitPage(tx: Tx, hits: Prisma.Sql, take: number, from: Hit | null): Promise<Hit[]> {
  // the best first, and the oldest first among equals
  const after = from ? Prisma.sql`WHERE (-h.rank, h.id) > (${-from.rank}::int, ${from.id})` : Prisma.empty;
  return tx.$queryRaw<Hit[]>`SELECT h.id, h.rank FROM (${hits}) h ${after} ORDER BY -h.rank, h.id LIMIT ${take + 1}`;
}

/** For one page at once: which texts of the server, and which tools. */
async function reasonsOf(tx: Tx, { words }: Question, mode: SearchMode, hits: Hit[]) {
  if (hits.length === 0) return new Map<string, ServerMatch[]>();
  const ids = hits.map((hit) => hit.id);
  type Row = { id: string; inName: boolean; inTitle: boolean; inDescription: boolean; tools: string[] | null };
  const rows = await tx.$queryRaw<Row[]>`
    SELECT s.id, ${serverReasons(words, mode)}, f.tools FROM servers s,
      LATERAL (SELECT array_agg(b.name ORDER BY b.rank DESC, b.name) AS tools FROM (
        SELECT t.name, ${toolRank(words, mode)} AS rank FROM tools t
        WHERE t.version_id = ${CURRENT_VERSION} AND ${toolMatches(words, mode)}
        ORDER BY rank DESC, t.name LIMIT ${TOOLS_PER_SERVER}) b) f
    WHERE s.id = ANY(${ids}::text[])`;
  return new Map(
    rows.map((row): [string, ServerMatch[]] => [
      row.id,
      [
        ...(['name', 'title', 'description'] as const)
          .filter((_, index) => [row.inName, row.inTitle, row.inDescription][index])
          .map((field) => ({ field, tool: null })),
        ...(row.tools ?? []).map((tool) => ({ field: 'tool' as const, tool })),
      ],
    ]),
  );
}

async function total(tx: Tx, query: Prisma.Sql): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`SELECT count(*)::int AS count FROM (${query}) counted`;
  return row?.count ?? 0;
}

function nameOf(cursor: string): string {
  const key = decodeCursor(cursor, 1);
  if (!key.ok) throw invalidCursor();
  return key.value[0] ?? '';
}

function rankOf(cursor: string): Hit & { mode: SearchMode } {
  const key = decodeCursor(cursor, 3);
  if (!key.ok) throw invalidCursor();
  const [mode, rank = '', id = ''] = key.value;
  if ((mode !== 'typed' && mode !== 'alike') || !/^\d{1,9}$/.test(rank)) throw invalidCursor();
  return { mode, rank: Number(rank), id };
}
