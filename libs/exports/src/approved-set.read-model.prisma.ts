import { Injectable } from '@nestjs/common';
import { AccessService, teamFilter } from '@rollcall/access';
import type { Contract } from '@rollcall/contract';
import type { JsonObject, RequestContext } from '@rollcall/kernel';
import type { LifecycleState } from '@rollcall/lifecycle';
import type { ApprovedServer, ApprovedVersion } from '@rollcall/outputs';
import { PrismaService } from '@rollcall/persistence';
import { ContractStore } from '@rollcall/registry';

/** Servers of one page: at most this many are in memory at a time. */
const PAGE = 500;
/** States of which any output says something. */
const SHOWN: LifecycleState[] = ['canary', 'active', 'deprecated', 'decommissioned'];

type Rows = Awaited<ReturnType<ApprovedSetReadModel['page']>>;

/** Reads what an organization has approved, as one caller may see it: two statements for each page of servers. */
@Injectable()
export class ApprovedSetReadModel {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly contracts: ContractStore,
  ) {}

  /** Every visible server in byte order of its name, page by page; `tools` are read only when asked for. */
  async *pages(ctx: RequestContext, options: { tools: boolean }): AsyncGenerator<ApprovedServer[]> {
    for (let after = ''; ; ) {
      const rows = await this.page(ctx, { after });
      if (rows.length > 0) yield await this.complete(ctx, rows, options.tools);
      if (rows.length < PAGE) return;
      after = rows.at(-1)?.name ?? '';
    }
  }

  /** One server with its tools, or null when the caller cannot see it. */
  async server(ctx: RequestContext, name: string): Promise<ApprovedServer | null> {
    const rows = await this.page(ctx, { name });
    return (await this.complete(ctx, rows, true))[0] ?? null;
  }

  private async page(ctx: RequestContext, where: { after?: string; name?: string }) {
    const scope = teamFilter(await this.access.visibility(ctx, 'server.read'));
    const name = where.name === undefined ? { gt: where.after ?? '' } : where.name;
    return this.prisma.server.findMany({
      where: { organizationId: ctx.organizationId, ...scope, name },
      orderBy: { name: 'asc' },
      take: PAGE,
      include: {
        versions: {
          where: { OR: [{ state: { in: SHOWN } }, { quarantineReason: { not: null } }] },
          orderBy: [{ publishedAt: 'desc' }, { id: 'desc' }],
        },
      },
    });
  }

  private async complete(ctx: RequestContext, rows: Rows, withTools: boolean): Promise<ApprovedServer[]> {
    const { organizationId } = ctx;
    const teams = await this.prisma.team.findMany({
      where: { organizationId, id: { in: [...new Set(rows.map((row) => row.teamId))] } },
    });
    const owners = new Map(teams.map((team) => [team.id, { slug: team.slug, name: team.name }]));
    const digests = withTools ? rows.flatMap((row) => currentDigest(row) ?? []) : [];
    const contracts =
      digests.length === 0 ? new Map<string, Contract>() : await this.contracts.findMany(organizationId, digests);
    return rows.map((row) => ({
      name: row.name,
      title: row.title,
      description: row.description,
      owner: owners.get(row.teamId) ?? { slug: row.teamId, name: row.teamId },
      contact: row.contact,
      criticality: row.criticality,
      dataClass: row.dataClass,
      versions: row.versions.map(versionOf),
      tools: toolsOf(contracts.get(currentDigest(row) ?? '')),
    }));
  }
}

type VersionRow = Rows[number]['versions'][number];

function versionOf(row: VersionRow): ApprovedVersion {
  const deprecation = row.deprecation as { sunsetAt?: string; successor?: { server: string; version: string } } | null;
  const successor = deprecation?.successor;
  return {
    version: row.version,
    state: row.state as LifecycleState,
    quarantined: row.quarantineReason !== null,
    isLatest: row.isLatest,
    publishedAt: row.publishedAt.toISOString(),
    sunsetAt: deprecation?.sunsetAt ?? null,
    successor: successor ? { server: successor.server, version: successor.version } : null,
    statusMessage: row.statusMessage,
    contractDigest: row.approvedContractDigest ?? row.contractDigest,
    manifest: row.manifest as JsonObject,
  };
}

/** Of the version a page is about. */
function currentDigest(row: Rows[number]): string | null {
  const usable = row.versions.filter((one) => one.quarantineReason === null && one.state !== 'decommissioned');
  const current = usable.find((one) => one.isLatest) ?? usable[0];
  return current?.approvedContractDigest ?? current?.contractDigest ?? null;
}

function toolsOf(contract: Contract | undefined): JsonObject[] {
  return (contract?.members ?? []).filter((member) => member.kind === 'tool').map((member) => member.definition);
}
