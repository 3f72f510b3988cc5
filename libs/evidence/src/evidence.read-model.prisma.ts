import { Injectable } from '@nestjs/common';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { ServerCatalog } from '@rollcall/registry';

/** Reads runs for screens. */
@Injectable()
export class EvidenceReadModel {
  constructor(
    private readonly prisma: PrismaService,
    private readonly catalog: ServerCatalog,
  ) {}

  /** One run of golden calls of a version the caller may see. */
  async goldenRun(ctx: RequestContext, id: string) {
    const row = await this.prisma.goldenRun.findFirst({ where: { id, organizationId: ctx.organizationId } });
    if (!row || !(await this.catalog.sees(ctx, row.versionId))) throw notFound('run', id);
    return row;
  }

  /** One conformance run of a version the caller may see. */
  async conformanceRun(ctx: RequestContext, id: string) {
    const row = await this.prisma.conformanceRun.findFirst({ where: { id, organizationId: ctx.organizationId } });
    if (!row || !(await this.catalog.sees(ctx, row.versionId))) throw notFound('run', id);
    return row;
  }

  /** The newest 20 per version, newest first. */
  async goldenRunsOf(organizationId: string, versionIds: readonly string[]) {
    const newest = await this.prisma.$queryRaw<{ id: string }[]>`
      SELECT r.id FROM unnest(${[...versionIds]}::text[]) AS v(id), LATERAL (
        SELECT id FROM golden_runs WHERE organization_id = ${organizationId} AND version_id = v.id
        ORDER BY requested_at DESC, id DESC LIMIT 20) AS r`;
    return this.prisma.goldenRun.findMany({
      where: { id: { in: newest.map((row) => row.id) } },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
    });
  }

  /** The newest 20 per version, newest first. */
  async conformanceRunsOf(organizationId: string, versionIds: readonly string[]) {
    const newest = await this.prisma.$queryRaw<{ id: string }[]>`
      SELECT r.id FROM unnest(${[...versionIds]}::text[]) AS v(id), LATERAL (
        SELECT id FROM conformance_runs WHERE organization_id = ${organizationId} AND version_id = v.id
        ORDER BY requested_at DESC, id DESC LIMIT 20) AS r`;
    return this.prisma.conformanceRun.findMany({
      where: { id: { in: newest.map((row) => row.id) } },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
    });
  }

  /** What is declared now, of each server. */
  setsOf(organizationId: string, serverIds: readonly string[]) {
    return this.prisma.goldenSet.findMany({
      where: { organizationId, serverId: { in: [...serverIds] } },
      orderBy: [{ serverId: 'asc' }, { revision: 'desc' }],
      distinct: ['serverId'],
    });
  }

  /** Results in the order of the calls, by run. */
  resultsOf(organizationId: string, runIds: readonly string[]) {
    return this.prisma.goldenResult.findMany({
      where: { organizationId, runId: { in: [...runIds] } },
      orderBy: [{ runId: 'asc' }, { position: 'asc' }],
    });
  }
}
