import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { decodeCursor, encodeCursor, type JsonObject, type RequestContext } from '@rollcall/kernel';
import { Prisma, type Tx } from '@rollcall/persistence';
import { ContractStore, ServerCatalog } from '@rollcall/registry';
import { BoundedReads } from './bounded-read.runner.js';
import { CURRENT_VERSION, SPEAKS, scopeOf, seenBy } from './catalogue-filter.prisma.js';
import { invalidCursor, noSuchTool } from './discovery.errors.js';
import { canBeAlike, foundTools, type Scope, type SearchMode, toolRank } from './search-sql.prisma.js';
import { readSearch, type SearchWords } from './search-words.js';

/** What a list of tools is limited to. */
export type ToolFilter = {
  search?: string | null | undefined;
  destructive?: boolean | null | undefined;
  readOnly?: boolean | null | undefined;
  /** Registry name of one server. */
  server?: string | null | undefined;
  /** Tools of every version in this state, instead of the version that speaks for each server. */
  state?: string | null | undefined;
};
export type ToolFind = ToolFilter & { first: number; after?: string | null | undefined };

/** A tool that was found. `rank` is null when nothing was searched for. */
export type FoundTool = {
  name: string;
  title: string | null;
  description: string | null;
  destructive: boolean;
  readOnly: boolean;
  openWorld: boolean;
  idempotent: boolean;
  contractDigest: string;
  versionId: string;
  serverId: string;
  serverName: string;
  version: string;
  state: string;
  rank: number | null;
  cursor: string;
};

type Row = Omit<FoundTool, 'cursor'>;
type Place = { rank: number; versionId: string; name: string };

const MAX_PAGE = 100;
const COLUMNS = Prisma.sql`t.name, t.title, t.description, t.destructive, t.read_only AS "readOnly",
  t.open_world AS "openWorld", t.idempotent, t.contract_digest AS "contractDigest", t.version_id AS "versionId",
  t.server_id AS "serverId", s.name AS "serverName", v.version, v.state`;
const TABLES = Prisma.sql`tools t JOIN server_versions v ON v.id = t.version_id
  JOIN servers s ON s.id = t.server_id AND s.organization_id = t.organization_id`;

/** Finds tools over all servers that one caller may see. */
@Injectable()
export class ToolFinder {
  constructor(
    private readonly access: AccessService,
    private readonly reads: BoundedReads,
    private readonly catalog: ServerCatalog,
    private readonly contracts: ContractStore,
  ) {}

  /** A page of at most 100: by rank when something is searched for, else by name. */
  async page(ctx: RequestContext, query: ToolFind): Promise<{ items: FoundTool[]; hasNext: boolean }> {
    const list = await this.list(ctx, query);
    const page = { take: Math.min(Math.max(query.first, 1), MAX_PAGE), after: query.after };
    const words = readSearch(query.search);
    return this.reads.run((tx) => (words === null ? byName(tx, list, page) : byRank(tx, { ...list, words }, page)));
  }

  /** How many tools the whole list has; of a search at most the hits that are ranked. */
  async count(ctx: RequestContext, query: ToolFilter): Promise<number> {
    const list = await this.list(ctx, query);
    const words = readSearch(query.search);
    return this.reads.run(async (tx) => {
      if (words === null) return total(tx, Prisma.sql`${TABLES} WHERE ${list.where} AND ${versionsOf(list)}`);
      const typed = await total(tx, searched({ ...list, words }, 'typed'));
      return typed > 0 || !canBeAlike(words) ? typed : total(tx, searched({ ...list, words }, 'alike'));
    });
  }

  /** The whole definition of one tool as the server sent it; without `version`, of the version that speaks for the server. */
  async definition(ctx: RequestContext, ref: { server: string; tool: string; version?: string | null | undefined }) {
    const version = ref.version ?? (await this.speaking(ctx, ref.server)) ?? '';
    const row = await this.catalog.version(ctx, { byName: { server: ref.server, version } });
    const digest = row.approvedContractDigest ?? row.contractDigest;
    const contract = digest ? await this.contracts.find(ctx.organizationId, digest) : null;
    const member = contract?.members.find((one) => one.kind === 'tool' && one.name === ref.tool);
    if (!member) throw noSuchTool(ref.server, version, ref.tool);
    const definition: JsonObject = member.definition;
    return { version: row, digest: member.digest, approved: row.approvedContractDigest !== null, definition };
  }

  /** The version that speaks for a server: the latest, else the newest; null before the first. NOT_FOUND when the caller sees no such server. */
  async speaking(ctx: RequestContext, server: string): Promise<string | null> {
    const { id } = await this.catalog.server(ctx, { byName: server });
    return this.reads.run(async (tx) => {
      const [row] = await tx.$queryRaw<{ version: string }[]>`
        SELECT v.version FROM servers s JOIN server_versions v ON v.server_id = s.id
        WHERE s.id = ${id} AND s.organization_id = ${ctx.organizationId} AND v.id = ${CURRENT_VERSION}`;
      return row?.version ?? null;
    });
  }

  private async list(ctx: RequestContext, filter: ToolFilter): Promise<List> {
    const { destructive, readOnly, server, state } = filter;
    const scope = scopeOf(ctx, await this.access.visibility(ctx, 'server.read'));
    const parts = [seenBy(scope)];
    if (typeof destructive === 'boolean') parts.push(Prisma.sql`t.destructive = ${destructive}`);
    if (typeof readOnly === 'boolean') parts.push(Prisma.sql`t.read_only = ${readOnly}`);
    if (typeof server === 'string') parts.push(Prisma.sql`s.name = ${server}`);
    return { scope, where: Prisma.join(parts, ' AND '), state: state ?? null };
  }
}

type List = { scope: Scope; where: Prisma.Sql; state: string | null };
type Search = List & { words: SearchWords };
type Page = { take: number; after: string | null | undefined };

const versionsOf = ({ state }: List): Prisma.Sql => (state === null ? SPEAKS : Prisma.sql`v.state = ${state}`);

/** Tables and conditions of a search. */
function searched({ scope, where, state, words }: Search, mode: SearchMode): Prisma.Sql {
  return Prisma.sql`${foundTools(scope, words, mode, state)} f
    JOIN (${TABLES}) ON t.version_id = f.version_id AND t.name = f.name WHERE ${where}`;
}

async function total(tx: Tx, from: Prisma.Sql): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`SELECT count(*)::int AS count FROM ${from}`;
  return row?.count ?? 0;
}

async function byName(tx: Tx, list: List, { take, after }: Page) {
  const from = after ? decodeCursor(after, 2) : null;
  if (from && !from.ok) throw invalidCursor();
  const beyond = from ? Prisma.sql`AND (t.name, t.version_id) > (${from.value[0]}, ${from.value[1]})` : Prisma.empty;
  const rows = await tx.$queryRaw<Row[]>`
    SELECT ${COLUMNS}, NULL::int AS rank FROM ${TABLES} WHERE ${list.where} AND ${versionsOf(list)} ${beyond}
    ORDER BY t.name, t.version_id LIMIT ${take + 1}`;
  const items = rows.slice(0, take).map((row) => ({ ...row, cursor: encodeCursor([row.name, row.versionId]) }));
  return { items, hasNext: rows.length > take };
}

async function byRank(tx: Tx, search: Search, { take, after }: Page) {
  const from = after ? placeOf(after) : null;
  let mode: SearchMode = from?.mode ?? 'typed';
  let rows = await rankedRows(tx, search, mode, { take, from });
  if (rows.length === 0 && from === null && canBeAlike(search.words)) {
    mode = 'alike';
    rows = await rankedRows(tx, search, mode, { take, from });
  }
  const items = rows.slice(0, take).map((row) => ({
    ...row,
    cursor: encodeCursor([mode, String(row.rank), row.versionId, row.name]),
  }));
  return { items, hasNext: rows.length > take };
}

function rankedRows(tx: Tx, search: Search, mode: SearchMode, { take, from }: { take: number; from: Place | null }) {
  const beyond = from
    ? Prisma.sql`WHERE (-h.rank, h."versionId", h.name) > (${-from.rank}::int, ${from.versionId}, ${from.name})`
    : Prisma.empty;
  return tx.$queryRaw<Row[]>`
    SELECT h.* FROM (SELECT ${COLUMNS}, ${toolRank(search.words, mode)} AS rank FROM ${searched(search, mode)}) h
    ${beyond} ORDER BY -h.rank, h."versionId", h.name LIMIT ${take + 1}`;
}

function placeOf(cursor: string): Place & { mode: SearchMode } {
  const key = decodeCursor(cursor, 4);
  if (!key.ok) throw invalidCursor();
  const [mode, rank = '', versionId = '', name = ''] = key.value;
  if ((mode !== 'typed' && mode !== 'alike') || !/^\d{1,9}$/.test(rank)) throw invalidCursor();
  return { mode, rank: Number(rank), versionId, name };
}
