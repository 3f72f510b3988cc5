import { Injectable } from '@nestjs/common';
import type { ExpectationDocument, ServerExpectation } from '@rollcall/expectations';
import type { RequestContext } from '@rollcall/kernel';
import { effectivePolicy } from '@rollcall/lifecycle';
import { PrismaService } from '@rollcall/persistence';
import { ContractStore, ServerCatalog } from '@rollcall/registry';
import type { ExpectationSetRow } from './expectation-set.js';

const MAX_WARNINGS = 50;

/** What a document speaks of and what is there. */
@Injectable()
export class ExpectationAdvice {
  constructor(
    private readonly prisma: PrismaService,
    private readonly catalog: ServerCatalog,
    private readonly contracts: ContractStore,
  ) {}

  /** Servers, environments and tools of a document that the caller cannot see: written differently, or not there yet. */
  async on(ctx: RequestContext, document: ExpectationDocument): Promise<string[]> {
    const environments = new Set((await this.catalog.environments(ctx.organizationId)).map((one) => one.name));
    const warnings: string[] = [];
    for (const entry of document.servers) {
      if (warnings.length >= MAX_WARNINGS) break;
      if (entry.environment !== null && !environments.has(entry.environment))
        warnings.push(`There is no environment "${entry.environment}".`);
      warnings.push(...(await this.onServer(ctx, entry)));
    }
    return [...new Set(warnings)].slice(0, MAX_WARNINGS);
  }

  /** The newest revision of each agent, chosen by the database: an agent may have thousands. */
  async inForce(organizationId: string, agentIds: readonly string[]): Promise<ReadonlyMap<string, ExpectationSetRow>> {
    const newest = await this.prisma.$queryRaw<{ id: string }[]>`
      SELECT s.id FROM unnest(${[...agentIds]}::text[]) AS a(id), LATERAL (
        SELECT id FROM expectation_sets WHERE organization_id = ${organizationId} AND agent_id = a.id
        ORDER BY revision DESC LIMIT 1) AS s`;
    const rows = await this.prisma.expectationSet.findMany({ where: { id: { in: newest.map((row) => row.id) } } });
    return new Map(rows.map((row) => [row.agentId, row as ExpectationSetRow]));
  }

  /** The environment of that name, or NOT_FOUND. */
  environment(organizationId: string, name: string): Promise<{ id: string; name: string }> {
    return this.catalog.environment(organizationId, name);
  }

  /** Server names by alias. */
  async serverNames(organizationId: string, aliases: readonly string[]): Promise<Map<string, string>> {
    const where = { organizationId, alias: { in: [...new Set(aliases)] } };
    const rows = await this.prisma.server.findMany({ where, select: { alias: true, name: true } });
    return new Map(rows.map((row) => [row.alias, row.name]));
  }

  /** How long a call counts, by the policy in force. */
  async usageWindowDays(organizationId: string): Promise<number> {
    const where = { id: organizationId };
    const { policy } = await this.prisma.organization.findUniqueOrThrow({ where, select: { policy: true } });
    return effectivePolicy(policy).usageWindowDays;
  }

  private async onServer(ctx: RequestContext, entry: ServerExpectation): Promise<string[]> {
    const { organizationId } = ctx;
    const row = await this.prisma.server.findFirst({
      where: { organizationId, name: entry.server },
      select: { id: true },
    });
    const server = row && (await this.catalog.visibleServer(ctx, row.id));
    if (!server) return [`There is no server "${entry.server}" that you may see.`];
    const versions = await this.prisma.serverVersion.findMany({
      where: { organizationId, serverId: server.id, contractDigest: { not: null } },
      select: { contractDigest: true },
      orderBy: { publishedAt: 'desc' },
      take: 20,
    });
    const digests = versions.flatMap((one) => (one.contractDigest === null ? [] : [one.contractDigest]));
    const contracts = await this.contracts.findMany(organizationId, digests);
    if (contracts.size === 0) return [];
    const offered = new Set(
      [...contracts.values()].flatMap(({ members }) =>
        members.filter((one) => one.kind === 'tool').map((one) => one.name),
      ),
    );
    return [...entry.tools.keys()]
      .filter((tool) => !offered.has(tool))
      .map((tool) => `No version of ${entry.server} offers a tool "${tool}".`);
  }
}
