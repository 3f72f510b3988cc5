import { Inject, Injectable } from '@nestjs/common';
import { AccessStore } from '@rollcall/access';
import { CheckRecords } from '@rollcall/checks';
import { ServerFactsReadModel } from '@rollcall/discovery';
import { InspectionReadModel } from '@rollcall/inspections';
import type { RequestContext } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { EndpointHealthReadModel } from '@rollcall/probes';
import { ContractStore } from '@rollcall/registry';
import DataLoader from 'dataloader';
import { healthLoaders } from '../features/probes/health.loader.js';

const VERSIONS_PER_SERVER = 100;
/** Lists seldom show manifests, and a manifest is most of a version: who asks gets it from a loader of its own. */
const WITHOUT_DOCUMENT = { manifest: true } as const;

/** One batch per kind of thing and request: the number of SQL statements does not grow with the page. */
export type RequestLoaders = ReturnType<RequestLoadersFactory['for']>;

/** Makes the loaders of one request. Every query names the organization of the caller. */
@Injectable()
export class RequestLoadersFactory {
  @Inject(EndpointHealthReadModel)
  private readonly healths!: EndpointHealthReadModel;

  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessStore,
    private readonly contracts: ContractStore,
    private readonly inspections: InspectionReadModel,
    private readonly checks: CheckRecords,
    private readonly facts: ServerFactsReadModel,
  ) {}

  for(ctx: RequestContext) {
    const { organizationId } = ctx;
    return {
      ...this.people(organizationId),
      ...this.servers(organizationId),
      ...this.catalogue(ctx),
      ...this.histories(organizationId),
      ...healthLoaders(this.healths, ctx),
    };
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
      manifest: new DataLoader(async (ids: readonly string[]) => {
        const rows = await this.prisma.serverVersion.findMany({
          where: { organizationId, id: { in: [...ids] } },
          select: { id: true, manifest: true },
        });
        const manifests = new Map(rows.map((row) => [row.id, row.manifest]));
        return ids.map((id) => manifests.get(id) ?? null);
      }),
      latestVersion: new DataLoader(async (ids: readonly string[]) => {
        const rows = await this.prisma.serverVersion.findMany({
          where: { organizationId, serverId: { in: [...ids] }, isLatest: true },
          omit: WITHOUT_DOCUMENT,
        });
        const latest = new Map(rows.map((row) => [row.serverId, row]));
        return ids.map((id) => latest.get(id) ?? null);
      }),
      versionsOfServer: many(
        (ids) => this.newestVersions(organizationId, ids),
        (row) => row.serverId,
        VERSIONS_PER_SERVER,
      ),
      health: new DataLoader(async (ids: readonly string[]) => {
        const rows = await this.healths.ofServers(organizationId, ids);
        return ids.map((id) => rows.find((row) => row.serverId === id) ?? null);
      }),
    };
  }

  private catalogue({ organizationId, clock }: RequestContext) {
    return {
      serverFacts: new DataLoader(async (ids: readonly string[]) => {
        const facts = new Map((await this.facts.factsOf(organizationId, ids)).map((one) => [one.serverId, one]));
        return ids.map((id) => facts.get(id) ?? null);
      }),
      dailyCalls: new DataLoader(async (ids: readonly string[]) => {
        const calls = await this.facts.callsOf(organizationId, ids, clock.now());
        return ids.map((id) => calls.get(id) ?? []);
      }),
    };
  }

  /** The newest of each server, chosen by the database: a server may have thousands, each with a manifest. */
  private async newestVersions(organizationId: string, serverIds: readonly string[]) {
    const newest = await this.prisma.$queryRaw<{ id: string }[]>`
      SELECT v.id FROM unnest(${[...serverIds]}::text[]) AS s(id), LATERAL (
        SELECT id FROM server_versions WHERE organization_id = ${organizationId} AND server_id = s.id
        ORDER BY published_at DESC, id DESC LIMIT ${VERSIONS_PER_SERVER}) AS v`;
    return this.prisma.serverVersion.findMany({
      where: { id: { in: newest.map((row) => row.id) } },
      omit: WITHOUT_DOCUMENT,
      orderBy: [{ publishedAt: 'desc' }, { id: 'desc' }],
    });
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
      breakGlassOfVersion: many(
        (ids) =>
          this.prisma.transition.findMany({
            where: { ...inVersions(ids), breakGlass: true },
            orderBy: [{ at: 'desc' }, { id: 'desc' }],
          }),
        (row) => row.versionId,
        1000,
      ),
      approvalsOfVersion: many(
        (ids) =>
          this.prisma.reviewApproval.findMany({ where: inVersions(ids), orderBy: [{ at: 'desc' }, { id: 'desc' }] }),
        (row) => row.versionId,
        100,
      ),
      driftOfVersion: many(
        (ids) =>
          this.prisma.driftFinding.findMany({
            where: { ...inVersions(ids), status: 'open' },
            orderBy: [{ detectedAt: 'desc' }, { id: 'desc' }],
          }),
        (row) => row.versionId,
        20,
      ),
      inspectionsOfVersion: many(
        (ids) => this.inspections.ofVersions(organizationId, ids),
        (row) => row.versionId,
        20,
      ),
      checksOfVersion: many(
        (ids) => this.checks.ofVersions(organizationId, ids),
        (row) => row.versionId ?? '',
        20,
      ),
      ...this.checkHistories(organizationId),
    };
  }

  private checkHistories(organizationId: string) {
    return {
      conclusionsOfCheck: many(
        (ids) =>
          this.prisma.checkConclusion.findMany({
            where: { organizationId, checkId: { in: [...ids] } },
            orderBy: { sequence: 'asc' },
          }),
        (row) => row.checkId,
        1000,
      ),
      /** In force; a key is the JSON of server name and context. */
      approvalsOfContext: many(
        (keys) =>
          this.prisma.changeApproval.findMany({
            where: {
              organizationId,
              revokedAt: null,
              OR: keys.map((key) => {
                const [serverName, contextId] = JSON.parse(key) as [string, string];
                return { serverName, contextId };
              }),
            },
            orderBy: { id: 'asc' },
          }),
        (row) => JSON.stringify([row.serverName, row.contextId]),
        10_000,
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
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
