import { Injectable } from '@nestjs/common';
import type { RequestContext } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { ServerCatalog, type ServerRef, type VersionRef } from '@rollcall/registry';
import { goldenInvalid, goldenMissing } from './evidence.errors.js';
import { GoldenRecords, type GoldenSetRow } from './golden.records.prisma.js';
import { readGoldenDocument } from './golden-set.js';
import { stagingFor } from './staging-endpoint.js';

/** Declares golden calls and asks for runs of them. */
@Injectable()
export class GoldenService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly catalog: ServerCatalog,
    private readonly records: GoldenRecords,
  ) {}

  /** Declares the whole set of a server; permissions for calls that are no longer the same end with it. */
  async declare(ctx: RequestContext, input: { server: ServerRef; document: unknown }): Promise<GoldenSetRow> {
    const server = await this.catalog.server(ctx, input.server, 'golden.set');
    const read = readGoldenDocument(input.document);
    if (!read.ok) throw goldenInvalid(read.error);
    return this.records.declare(ctx, server, read.value);
  }

  /** Queues a run against the version's endpoint in an environment of the kind staging. */
  async request(ctx: RequestContext, input: { version: VersionRef; environment?: string | null }): Promise<string> {
    const version = await this.catalog.version(ctx, input.version, 'golden.run');
    const set = await this.records.newestSet(ctx.organizationId, version.serverId);
    if (!set) throw goldenMissing(version.server.name);
    const named = input.environment ? await this.catalog.environment(ctx.organizationId, input.environment) : null;
    const environments = await this.catalog.environments(ctx.organizationId);
    const endpoints = await this.prisma.endpoint.findMany({ where: { versionId: version.id } });
    const environment = stagingFor({ environments, endpoints }, named);
    return this.records.queue(ctx, { versionId: version.id, environmentId: environment.id, set });
  }

  /** What is declared for a server the caller may see. */
  async declared(ctx: RequestContext, ref: ServerRef): Promise<GoldenSetRow | null> {
    const server = await this.catalog.server(ctx, ref);
    return this.records.newestSet(ctx.organizationId, server.id);
  }
}
