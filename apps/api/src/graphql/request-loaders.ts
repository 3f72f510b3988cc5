import { Injectable } from '@nestjs/common';
import { AccessStore } from '@rollcall/access';
import { CheckRecords } from '@rollcall/checks';
import { InspectionReadModel } from '@rollcall/inspections';
import type { RequestContext } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { ContractStore } from '@rollcall/registry';
import DataLoader from 'dataloader';

/** One batch per kind of thing and request: the number of SQL statements does not grow with the page. */
export type RequestLoaders = ReturnType<RequestLoadersFactory['for']>;

/** Makes the loaders of one request. Every query names the organization of the caller. */
@Injectable()
export class RequestLoadersFactory {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessStore,
    private readonly contracts: ContractStore,
    private readonly inspections: InspectionReadModel,
    private readonly checks: CheckRecords,
  ) {}

  for(ctx: RequestContext) {
    const { organizationId } = ctx;
    return { ...this.people(organizationId), ...this.servers(organizationId), ...this.histories(organizationId) };
  }

  private people(organizationId: string) {
    return {
      team: one((ids) => this.access.teamsByIds(organizationId, ids)),
      principal: one((ids) => this.access.principalsByIds(organizationId, ids)),
      environment: one((ids) => this.prisma.environment.findMany({ where: { organizationId, id: { in: [...ids] } } })),
      agent: one((ids) => this.prisma.agent.findMany({ where: { organizationId, id: { in: [...ids] } } })),
      contract: new DataLoader(async (digests: readonly string[]) => {
        const found = await this.contracts.findMany(organizationId, digests);
        return digests.map((digest) => found.get(digest) ?? null);
      }),
    };
  }

  private servers(organizationId: string) {
    return {
      server: one((ids) => this.prisma.server.findMany({ where: { organizationId, id: { in: [...ids] } } })),
      version: one((ids) => this.prisma.serverVersion.findMany({ where: { organizationId, id: { in: [...ids] } } })),
      versionsOfServer: many(
        (ids) =>
          this.prisma.serverVersion.findMany({
            where: { organizationId, serverId: { in: [...ids] } },
            orderBy: [{ publishedAt: 'desc' }, { id: 'desc' }],
          }),
        (row) => row.serverId,
        100,
      ),
      health: new DataLoader(async (ids: readonly string[]) => {
        const rows = await this.inspections.healthOfServers(organizationId, ids);
        return ids.map((id) => rows.find((row) => row.serverId === id) ?? null);
      }),
    };
  }

  private histories(organizationId: string) {
    const inVersions = (ids: readonly string[]) => ({ organizationId, versionId: { in: [...ids] } });
    return {
      endpointsOfVersion: many(
        (ids) => this.prisma.endpoint.findMany({ where: inVersions(ids), orderBy: { id: 'asc' } }),
        (row) => row.versionId,
        20,
      ),
      transitionsOfVersion: many(
        (ids) => this.prisma.transition.findMany({ where: inVersions(ids), orderBy: [{ at: 'desc' }, { id: 'desc' }] }),
        (row) => row.versionId,
        100,
      ),
      inspectionsOfVersion: many(
        (ids) => this.inspections.ofVersions(organizationId, ids),
        (row) => row.versionId,
        20,
      ),
      checksOfVersion: many(
        (ids) => this.checks.ofVersions(organizationId, ids),
        (row) => row.versionId,
        20,
      ),
    };
  }
}

function one<T extends { id: string }>(find: (ids: readonly string[]) => Promise<T[]>) {
  return new DataLoader<string, T | null>(async (ids) => {
    const rows = new Map((await find(ids)).map((row) => [row.id, row]));
    return ids.map((id) => rows.get(id) ?? null);
  });
}

function many<T>(find: (ids: readonly string[]) => Promise<T[]>, keyOf: (row: T) => string, limit: number) {
  return new DataLoader<string, T[]>(async (ids) => {
    const rows = groupBy(await find(ids), keyOf);
    return ids.map((id) => (rows.get(id) ?? []).slice(0, limit));
  });
}

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}
