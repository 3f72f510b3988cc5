import { Injectable } from '@nestjs/common';
import { AccessService, teamFilter } from '@rollcall/access';
import { decodeCursor, encodeCursor, type JsonObject, Refusal, type RequestContext } from '@rollcall/kernel';
import { type LifecycleState, registryStatus } from '@rollcall/lifecycle';
import { PrismaService } from '@rollcall/persistence';

/** One item as upstream shapes it; everything of ours is under `dev.rollcall/registry`. */
export type RegistryItem = {
  server: JsonObject;
  _meta: { 'io.modelcontextprotocol.registry/official': OfficialMeta; 'dev.rollcall/registry': JsonObject };
};

type OfficialMeta = {
  status: string;
  statusChangedAt: string;
  statusMessage?: string;
  publishedAt: string;
  updatedAt: string;
  isLatest: boolean;
};

/** Parameters of the list, already checked. */
export type RegistryQuery = {
  limit: number;
  cursor: string | undefined;
  search: string | undefined;
  version: string | undefined;
  includeDeleted: boolean;
};

const SHOWN: readonly LifecycleState[] = ['canary', 'active', 'deprecated'];

/** Reads published versions in the shape of the MCP Registry API v0.1. */
@Injectable()
export class RegistryV0ReadModel {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
  ) {}

  /** A page in order of name, then version (bytes, as upstream does). */
  async page(ctx: RequestContext, query: RegistryQuery): Promise<{ items: RegistryItem[]; next: string | null }> {
    const after = query.cursor ? positionOf(query.cursor) : null;
    const rows = await this.prisma.serverVersion.findMany({
      where: {
        AND: [
          await this.visible(ctx, query.includeDeleted ? [...SHOWN, 'decommissioned'] : SHOWN),
          query.search ? { server: searchFilter(query.search) } : {},
          query.version === 'latest' ? { isLatest: true } : query.version ? { version: query.version } : {},
          after
            ? {
                OR: [
                  { server: { name: { gt: after.name } } },
                  { server: { name: after.name }, version: { gt: after.version } },
                ],
              }
            : {},
        ],
      },
      include: { server: true },
      orderBy: [{ server: { name: 'asc' } }, { version: 'asc' }],
      take: query.limit + 1,
    });
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const next = rows.length > query.limit && last ? encodeCursor([last.server.name, last.version]) : null;
    return { items: page.map(itemOf), next };
  }

  /** Every published version of a server, newest first. */
  async ofServer(ctx: RequestContext, name: string): Promise<RegistryItem[]> {
    const rows = await this.prisma.serverVersion.findMany({
      where: { AND: [await this.visible(ctx, SHOWN), { server: { name } }] },
      include: { server: true },
      orderBy: { publishedAt: 'desc' },
      take: 1000,
    });
    return rows.map(itemOf);
  }

  private async visible(ctx: RequestContext, states: readonly string[]) {
    const scope = teamFilter(await this.access.visibility(ctx, 'server.read'));
    return {
      organizationId: ctx.organizationId,
      state: { in: [...states] },
      quarantineReason: null,
      server: scope,
    };
  }
}

type Row = {
  version: string;
  manifest: unknown;
  state: string;
  stateChangedAt: Date;
  publishedAt: Date;
  isLatest: boolean;
  deprecation: unknown;
  contractDigest: string | null;
  approvedContractDigest: string | null;
  server: { alias: string; contact: string | null };
};

function itemOf(row: Row): RegistryItem {
  const deprecation = row.deprecation as { message: string; sunsetAt: string; successor: JsonObject | null } | null;
  return {
    server: row.manifest as JsonObject,
    _meta: {
      'io.modelcontextprotocol.registry/official': {
        status: registryStatus(row.state as LifecycleState, false) ?? 'deleted',
        statusChangedAt: row.stateChangedAt.toISOString(),
        ...(deprecation ? { statusMessage: deprecation.message } : {}),
        publishedAt: row.publishedAt.toISOString(),
        updatedAt: row.stateChangedAt.toISOString(),
        isLatest: row.isLatest,
      },
      'dev.rollcall/registry': {
        state: row.state,
        alias: row.server.alias,
        contractDigest: row.approvedContractDigest ?? row.contractDigest,
        sunsetAt: deprecation?.sunsetAt ?? null,
        successor: deprecation?.successor ?? null,
      },
    },
  };
}

function searchFilter(search: string) {
  const contains = { contains: search.slice(0, 200).replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' as const };
  return { OR: [{ name: contains }, { description: contains }] };
}

function positionOf(cursor: string): { name: string; version: string } {
  const key = decodeCursor(cursor, 2);
  if (!key.ok) {
    throw new Refusal({
      code: 'BAD_REQUEST',
      message: 'The cursor is not one that this list gave out.',
      nextStep: 'Start again without it.',
      path: ['cursor'],
    });
  }
  return { name: key.value[0] ?? '', version: key.value[1] ?? '' };
}
