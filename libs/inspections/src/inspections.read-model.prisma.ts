import { Injectable } from '@nestjs/common';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { ServerCatalog } from '@rollcall/registry';

/** Everything of an inspection but its raw frames, which are big and shown nowhere yet. */
const COLUMNS = { omit: { frames: true } } as const;

/** Reads inspections for screens and for guards. */
@Injectable()
export class InspectionReadModel {
  constructor(
    private readonly prisma: PrismaService,
    private readonly catalog: ServerCatalog,
  ) {}

  /** One inspection of a version the caller may see. */
  async byId(ctx: RequestContext, id: string) {
    const row = await this.prisma.inspection.findFirst({
      where: { id, organizationId: ctx.organizationId },
      ...COLUMNS,
    });
    // one of a version that is not visible is answered like one that never was: its version's id is no answer
    if (!row || !(await this.catalog.sees(ctx, row.versionId))) throw notFound('inspection', id);
    return row;
  }

  /** The newest 20 per version, newest first. */
  async ofVersions(organizationId: string, versionIds: readonly string[]) {
    const newest = await this.prisma.$queryRaw<{ id: string }[]>`
      SELECT i.id FROM unnest(${[...versionIds]}::text[]) AS v(id), LATERAL (
        SELECT id FROM inspections WHERE organization_id = ${organizationId} AND version_id = v.id
        ORDER BY requested_at DESC, id DESC LIMIT 20) AS i`;
    return this.prisma.inspection.findMany({
      where: { id: { in: newest.map((row) => row.id) } },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      ...COLUMNS,
    });
  }

  /** Newest finished inspection in any staging environment. */
  newestInStaging(organizationId: string, versionId: string, environmentIds: readonly string[]) {
    return this.prisma.inspection.findFirst({
      where: { organizationId, versionId, environmentId: { in: [...environmentIds] }, finishedAt: { not: null } },
      orderBy: { finishedAt: 'desc' },
      ...COLUMNS,
    });
  }

  /** Newest inspection that tried to get in without a token. */
  newestAccessTest(organizationId: string, versionId: string) {
    return this.prisma.inspection.findFirst({
      where: { organizationId, versionId, unauthenticatedAccessRefused: { not: null } },
      orderBy: { finishedAt: 'desc' },
      ...COLUMNS,
    });
  }
}
