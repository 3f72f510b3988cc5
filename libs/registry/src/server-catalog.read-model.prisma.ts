import { Injectable } from '@nestjs/common';
import { AccessService, type AccessTarget, type Action, teamFilter } from '@rollcall/access';
import { decodeCursor, encodeCursor, notFound, Refusal, type RequestContext } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';

/** A server by id or by registry name. */
export type ServerRef = { byId?: string | null; byName?: string | null };
/** A version by id, or by server name and version. */
export type VersionRef = { byId?: string | null; byName?: { server: string; version: string } | null };
/** What a page of the catalogue is filtered by. */
export type ServerQuery = { first: number; after?: string | null; search?: string | null; state?: string | null };

/** Reads servers and versions as one caller may see them: what is not visible does not exist. */
@Injectable()
export class ServerCatalog {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
  ) {}

  /** A page in name order. `next` is the cursor after the last row, null at the end. */
  async page(ctx: RequestContext, query: ServerQuery) {
    const scope = teamFilter(await this.access.visibility(ctx, 'server.read'));
    const take = Math.min(Math.max(query.first, 1), 100);
    const rows = await this.prisma.server.findMany({
      where: {
        AND: [
          { organizationId: ctx.organizationId, ...scope },
          query.after ? { name: { gt: nameAfter(query.after) } } : {},
          query.search ? searchFilter(query.search) : {},
          query.state ? { versions: { some: { state: query.state } } } : {},
        ],
      },
      orderBy: { name: 'asc' },
      take: take + 1,
    });
    const items = rows.slice(0, take);
    const last = items.at(-1);
    return { items, next: rows.length > take && last ? cursorOf(last.name) : null };
  }

  /** The server, or NOT_FOUND when the caller does not hold `action` for it. */
  async server(ctx: RequestContext, ref: ServerRef, action: Action = 'server.read') {
    const scope = teamFilter(await this.access.visibility(ctx, 'server.read'));
    const key = ref.byId ? { id: ref.byId } : { name: ref.byName ?? '' };
    const row = await this.prisma.server.findFirst({ where: { organizationId: ctx.organizationId, ...scope, ...key } });
    if (!row) throw notFound('server', ref.byId ?? ref.byName ?? '');
    if (action !== 'server.read') await this.access.authorize(ctx, action, accessTarget(row));
    return row;
  }

  /** The version with its server, or NOT_FOUND; FORBIDDEN when it is visible but `action` is not allowed. */
  async version(ctx: RequestContext, ref: VersionRef, action: Action = 'server.read') {
    const scope = teamFilter(await this.access.visibility(ctx, 'server.read'));
    const key = ref.byId
      ? { id: ref.byId }
      : { version: ref.byName?.version ?? '', server: { name: ref.byName?.server ?? '' } };
    const row = await this.prisma.serverVersion.findFirst({
      where: { AND: [key, { organizationId: ctx.organizationId, server: scope }] },
      include: { server: true },
    });
    if (!row) throw notFound('version', ref.byId ?? `${ref.byName?.server}@${ref.byName?.version}`);
    if (action !== 'server.read') await this.access.authorize(ctx, action, accessTarget(row.server));
    return row;
  }

  /** The server of that id, or null when the caller may not see it. */
  async visibleServer(ctx: RequestContext, id: string) {
    const scope = teamFilter(await this.access.visibility(ctx, 'server.read'));
    return this.prisma.server.findFirst({ where: { id, organizationId: ctx.organizationId, ...scope } });
  }

  /** True when the caller may see the version of that id. */
  async sees(ctx: RequestContext, versionId: string): Promise<boolean> {
    const scope = teamFilter(await this.access.visibility(ctx, 'server.read'));
    const where = { id: versionId, organizationId: ctx.organizationId, server: scope };
    return (await this.prisma.serverVersion.count({ where })) > 0;
  }

  /** The environments as the caller may see them: whoever may see no server at all, sees none. */
  async environmentsFor(ctx: RequestContext) {
    const visible = await this.access.visibility(ctx, 'server.read');
    return visible.all || visible.teamIds.length > 0 ? this.environments(ctx.organizationId) : [];
  }

  /** The environments of the organization in promotion order. */
  environments(organizationId: string) {
    return this.prisma.environment.findMany({ where: { organizationId }, orderBy: { position: 'asc' } });
  }

  /** The environment of that name, or NOT_FOUND. */
  async environment(organizationId: string, name: string) {
    const row = await this.prisma.environment.findUnique({ where: { organizationId_name: { organizationId, name } } });
    if (!row) throw notFound('environment', name);
    return row;
  }

  async namespaces(ctx: RequestContext) {
    const scope = teamFilter(await this.access.visibility(ctx, 'server.read'));
    return this.prisma.namespace.findMany({
      where: { organizationId: ctx.organizationId, ...scope },
      orderBy: { name: 'asc' },
    });
  }
}

/** What permissions look at in a server: whose it is, and its attributes. */
export function accessTarget(
  server: { teamId: string; criticality: string; dataClass: string },
  environment?: string,
): AccessTarget {
  const { teamId, criticality, dataClass } = server;
  return { teamId, attributes: { criticality, dataClass, environment } };
}

/** The cursor of a row of the catalogue. */
export const cursorOf = (name: string): string => encodeCursor([name]);

function nameAfter(cursor: string): string {
  const key = decodeCursor(cursor, 1);
  if (!key.ok) {
    throw new Refusal({
      code: 'INVALID_CURSOR',
      message: 'The cursor is not one that this list gave out.',
      nextStep: 'Start again without "after".',
      path: ['after'],
    });
  }
  return key.value[0] ?? '';
}

function searchFilter(search: string) {
  const contains = { contains: search.slice(0, 200).replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' as const };
  return { OR: [{ name: contains }, { title: contains }, { description: contains }] };
}
