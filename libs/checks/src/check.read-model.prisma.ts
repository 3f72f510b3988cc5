import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { decodeCursor, encodeCursor, notFound, Refusal, type RequestContext } from '@rollcall/kernel';
import { Prisma, PrismaService } from '@rollcall/persistence';
import { ServerCatalog } from '@rollcall/registry';

/** What a list of checks is filtered by. */
export type CheckQuery = {
  first: number;
  after?: string | null;
  server?: string | null;
  contextId?: string | null;
  conclusion?: string | null;
};

/** Checks as one caller may see them: a check is seen by those who see its version, or the server that it is a candidate of. */
@Injectable()
export class CheckReadModel {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly catalog: ServerCatalog,
  ) {}

  /** One check, or NOT_FOUND. */
  async byId(ctx: RequestContext, id: string) {
    const row = await this.prisma.check.findFirst({ where: { id, organizationId: ctx.organizationId } });
    // a check that is not visible is answered like one that never was: what it is about is no answer
    if (!row || !(await this.sees(ctx, row))) throw notFound('check', id);
    return row;
  }

  /** Newest first. `next` is the cursor after the last row, null at the end. */
  async page(ctx: RequestContext, query: CheckQuery) {
    const take = Math.min(Math.max(query.first, 1), 100);
    const after = query.after ? placeOf(query.after) : null;
    // no name has a NUL, and PostgreSQL takes none
    if ([query.server, query.contextId, query.conclusion].some((text) => text?.includes('\0')))
      return { items: [], next: null };
    const ids = await this.prisma.$queryRaw<{ id: string }[]>`
      SELECT c.id FROM checks c WHERE c.organization_id = ${ctx.organizationId}
        AND ${await this.visible(ctx)}
        AND (${query.server ?? null}::text IS NULL OR c.server_name = ${query.server ?? null})
        AND (${query.contextId ?? null}::text IS NULL OR c.context_id = ${query.contextId ?? null})
        AND (${query.conclusion ?? null}::text IS NULL OR c.conclusion = ${query.conclusion ?? null})
        AND (${after?.id ?? null}::text IS NULL
          OR (c.requested_at, c.id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}))
      ORDER BY c.requested_at DESC, c.id DESC LIMIT ${take + 1}`;
    const rows = await this.prisma.check.findMany({
      where: { organizationId: ctx.organizationId, id: { in: ids.slice(0, take).map((row) => row.id) } },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
    });
    const last = rows.at(-1);
    return { items: rows, next: ids.length > take && last ? checkCursor(last) : null };
  }

  /** Every conclusion of these checks, oldest first. */
  conclusionsOf(organizationId: string, checkIds: readonly string[]) {
    return this.prisma.checkConclusion.findMany({
      where: { organizationId, checkId: { in: [...checkIds] } },
      orderBy: [{ checkId: 'asc' }, { sequence: 'asc' }],
    });
  }

  private async sees(ctx: RequestContext, check: { versionId: string | null; id: string }): Promise<boolean> {
    if (check.versionId !== null) return this.catalog.sees(ctx, check.versionId);
    const found = await this.prisma.$queryRaw<unknown[]>`
      SELECT 1 FROM checks c WHERE c.organization_id = ${ctx.organizationId} AND c.id = ${check.id}
        AND ${await this.visible(ctx)}`;
    return found.length > 0;
  }

  /** By the team of the version's server; a candidate's server may not be registered yet, then by its namespace. */
  private async visible(ctx: RequestContext): Promise<Prisma.Sql> {
    const visibility = await this.access.visibility(ctx, 'server.read');
    if (visibility.all) return Prisma.sql`true`;
    const { teamIds } = visibility;
    return Prisma.sql`(
      EXISTS (SELECT FROM servers s WHERE s.organization_id = c.organization_id AND s.name = c.server_name
        AND s.team_id = ANY(${teamIds}::text[]))
      OR (NOT EXISTS (SELECT FROM servers s WHERE s.organization_id = c.organization_id AND s.name = c.server_name)
        AND EXISTS (SELECT FROM namespaces n WHERE n.organization_id = c.organization_id
          AND n.name = split_part(c.server_name, '/', 1) AND n.team_id = ANY(${teamIds}::text[]))))`;
  }
}

/** The cursor of a row of the list. */
export const checkCursor = (check: { id: string; requestedAt: Date }): string =>
  encodeCursor([check.requestedAt.toISOString(), check.id]);

function placeOf(cursor: string): { at: Date; id: string } {
  const key = decodeCursor(cursor, 2);
  const [at = '', id = ''] = key.ok ? key.value : [];
  const date = new Date(at);
  if (key.ok && !Number.isNaN(date.getTime())) return { at: date, id };
  throw new Refusal({
    code: 'INVALID_CURSOR',
    message: 'The cursor is not one that this list gave out.',
    nextStep: 'Start again without "after".',
    path: ['after'],
  });
}
