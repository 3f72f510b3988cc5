import { Injectable } from '@nestjs/common';
import type { RequestContext } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { ServerCatalog, type VersionRef } from '@rollcall/registry';
import { ConformanceRecords } from './conformance.records.prisma.js';
import { stagingFor } from './staging-endpoint.js';

/** Asks for conformance runs. */
@Injectable()
export class ConformanceService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly catalog: ServerCatalog,
    private readonly records: ConformanceRecords,
  ) {}

  /** Queues a run against the version's endpoint in an environment of the kind staging. */
  async request(ctx: RequestContext, input: { version: VersionRef; environment?: string | null }): Promise<string> {
    const version = await this.catalog.version(ctx, input.version, 'conformance.run');
    const named = input.environment ? await this.catalog.environment(ctx.organizationId, input.environment) : null;
    const environments = await this.catalog.environments(ctx.organizationId);
    const endpoints = await this.prisma.endpoint.findMany({ where: { versionId: version.id } });
    const environment = stagingFor({ environments, endpoints }, named);
    return this.records.queue(ctx, { versionId: version.id, environmentId: environment.id });
  }
}
