import { Injectable } from '@nestjs/common';
import { EvidenceReadModel, GoldenPermissionService, ObjectiveService } from '@rollcall/evidence';
import type { RequestContext } from '@rollcall/kernel';
import DataLoader from 'dataloader';

/** Runs kept back for one version in one answer. */
const MOST_RUNS = 20;
const MOST_PERMISSIONS = 100;

/** What was found out about versions and promised for servers, one batch each per request. */
@Injectable()
export class EvidenceLoader {
  private readonly requests = new WeakMap<RequestContext, ReturnType<EvidenceLoader['loadersOf']>>();

  constructor(
    private readonly reads: EvidenceReadModel,
    private readonly objectives: ObjectiveService,
    private readonly permissions: GoldenPermissionService,
  ) {}

  of(ctx: RequestContext) {
    let loaders = this.requests.get(ctx);
    if (!loaders) {
      loaders = this.loadersOf(ctx);
      this.requests.set(ctx, loaders);
    }
    return loaders;
  }

  private loadersOf({ organizationId }: RequestContext) {
    return {
      goldenCalls: new DataLoader(async (ids: readonly string[]) => {
        const found = await this.reads.setsOf(organizationId, ids);
        return ids.map((id) => found.find((row) => row.serverId === id) ?? null);
      }),
      permissions: many(
        (ids) => this.permissions.ofServers(organizationId, ids),
        (row) => row.serverId,
        MOST_PERMISSIONS,
      ),
      objective: new DataLoader(async (ids: readonly string[]) => {
        const found = await this.objectives.ofServers(organizationId, ids);
        return ids.map((id) => found.get(id) ?? null);
      }),
      goldenRuns: many(
        (ids) => this.reads.goldenRunsOf(organizationId, ids),
        (row) => row.versionId,
        MOST_RUNS,
      ),
      conformanceRuns: many(
        (ids) => this.reads.conformanceRunsOf(organizationId, ids),
        (row) => row.versionId,
        MOST_RUNS,
      ),
      results: many(
        (ids) => this.reads.resultsOf(organizationId, ids),
        (row) => row.runId,
        MOST_PERMISSIONS,
      ),
    };
  }
}

function many<T>(find: (ids: readonly string[]) => Promise<T[]>, keyOf: (row: T) => string, limit: number) {
  return new DataLoader<string, T[]>(async (ids) => {
    const rows = await find(ids);
    return ids.map((id) => rows.filter((row) => keyOf(row) === id).slice(0, limit));
  });
}
