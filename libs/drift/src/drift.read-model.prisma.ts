import { Injectable } from '@nestjs/common';
import { AccessService, teamFilter } from '@rollcall/access';
import { decodeCursor, encodeCursor, notFound, Refusal, type RequestContext } from '@rollcall/kernel';
import { type Prisma, PrismaService } from '@rollcall/persistence';

/** What a page of findings is filtered by. */
export type DriftWhere = { status?: string | null; server?: string | null; environment?: string | null };

/** Reads drift findings as one caller may see them. */
@Injectable()
export class DriftReadModel {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
  ) {}

  /** Newest first; `first` is at most 100. */
  async page(ctx: RequestContext, query: { first: number; after?: string | null; where?: DriftWhere | null }) {
    const { organizationId } = ctx;
    const scope = teamFilter(await this.access.visibility(ctx, 'server.read'));
    const take = Math.min(Math.max(query.first, 1), 100);
    const { status, server, environment } = query.where ?? {};
    const filters: Prisma.DriftFindingWhereInput[] = [
      { organizationId, version: { server: { ...scope, ...(server ? { name: server } : {}) } } },
    ];
    if (status) filters.push({ status });
    if (environment) filters.push({ environmentId: await this.environmentId(organizationId, environment) });
    if (query.after) filters.push(olderThan(query.after));
    const rows = await this.prisma.driftFinding.findMany({
      where: { AND: filters },
      orderBy: [{ detectedAt: 'desc' }, { id: 'desc' }],
      take: take + 1,
    });
    const items = rows.slice(0, take);
    const cursor = (row: { detectedAt: Date; id: string }) => encodeCursor([row.detectedAt.toISOString(), row.id]);
    return { items, hasNext: rows.length > take, cursor };
  }

  /** One finding, or NOT_FOUND when its server is not visible. */
  async byId(ctx: RequestContext, id: string) {
    const scope = teamFilter(await this.access.visibility(ctx, 'server.read'));
    const where = { id, organizationId: ctx.organizationId, version: { server: scope } };
    const row = await this.prisma.driftFinding.findFirst({ where });
    if (!row) throw notFound('drift finding', id);
    return row;
  }

  /** An unknown name filters everything away. */
  private async environmentId(organizationId: string, name: string): Promise<string> {
    const where = { organizationId_name: { organizationId, name } };
    return (await this.prisma.environment.findUnique({ where, select: { id: true } }))?.id ?? '';
  }
}

function olderThan(cursor: string): Prisma.DriftFindingWhereInput {
  const key = decodeCursor(cursor, 2);
  const [at = '', id = ''] = key.ok ? key.value : [];
  const detectedAt = new Date(at);
  if (Number.isNaN(detectedAt.getTime())) {
    throw new Refusal({
      code: 'INVALID_CURSOR',
      message: 'The cursor is not one that this list gave out.',
      nextStep: 'Start again without "after".',
      path: ['after'],
    });
  }
  return { OR: [{ detectedAt: { lt: detectedAt } }, { detectedAt, id: { lt: id } }] };
}
