import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { inRange, isRange } from '@rollcall/policy';
import { ContractStore, ServerCatalog, type ServerRef } from '@rollcall/registry';
import semver from 'semver';
import { AgentService } from './agent.service.js';
import { noActiveVersion, toolUnknown, versionsInvalid } from './agents.errors.js';
import { GrantRecords } from './grant.records.prisma.js';

/** Which tools of which versions an agent may call in an environment. */
export type GrantInput = {
  agent: string;
  server: ServerRef;
  environment: string;
  versions?: string | null;
  tools: readonly string[];
};

type KnownVersion = { version: string; state: string; contractDigest: string | null };

/** Grants: what agents may call. The owner of the server decides. */
@Injectable()
export class GrantService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly catalog: ServerCatalog,
    private readonly agents: AgentService,
    private readonly contracts: ContractStore,
    private readonly records: GrantRecords,
  ) {}

  /** Allows an agent to call tools; without `versions` it follows the compatible range of the newest active version. */
  async create(ctx: RequestContext, input: GrantInput) {
    const server = await this.catalog.server(ctx, input.server, 'grant.create');
    const environment = await this.catalog.environment(ctx.organizationId, input.environment);
    const agent = await this.agents.bySlug(ctx, input.agent);
    const known = await this.prisma.serverVersion.findMany({
      where: { serverId: server.id, organizationId: ctx.organizationId },
    });
    const versions = input.versions ?? compatibleRange(server.name, known);
    if (!isRange(versions) && !known.some((one) => one.version === versions)) throw versionsInvalid(versions);
    const tools = [...new Set(input.tools)].sort();
    await this.requireKnownTools(
      ctx,
      tools,
      known.filter((one) => inRange(one.version, versions)),
    );
    return this.records.create(ctx, { agent, server, environment, versions, tools });
  }

  /** Takes a grant back; doing it twice changes nothing. */
  async revoke(ctx: RequestContext, input: { id: string; reason: string }) {
    const grant = await this.prisma.grant.findFirst({ where: { id: input.id, organizationId: ctx.organizationId } });
    const server = grant && (await this.catalog.visibleServer(ctx, grant.serverId));
    // one for a server that is not visible is answered like one that never was: its server's id is no answer
    if (!grant || !server) throw notFound('grant', input.id);
    await this.access.authorize(ctx, 'grant.revoke', server.teamId);
    return grant.revokedAt ? grant : this.records.revoke(ctx, grant.id, input.reason);
  }

  private async requireKnownTools(
    ctx: RequestContext,
    tools: readonly string[],
    versions: KnownVersion[],
  ): Promise<void> {
    const digests = versions.flatMap((one) => (one.contractDigest ? [one.contractDigest] : []));
    const contracts = await this.contracts.findMany(ctx.organizationId, digests);
    const offered = new Set(
      [...contracts.values()].flatMap((contract) =>
        contract.members.filter((member) => member.kind === 'tool').map((member) => member.name),
      ),
    );
    const missing = tools.find((tool) => tool !== '*' && !offered.has(tool));
    if (missing !== undefined) throw toolUnknown(missing, [...offered].sort());
  }
}

/** `^MAJOR.MINOR.PATCH` of the newest active version: what stays compatible with what is reviewed today. */
function compatibleRange(server: string, versions: readonly KnownVersion[]): string {
  const active = versions.filter((one) => one.state === 'active').map((one) => one.version);
  const newest = active.filter((one) => semver.valid(one)).sort(semver.rcompare)[0] ?? active[0];
  if (newest === undefined) throw noActiveVersion(server);
  return semver.valid(newest) ? `^${newest}` : newest;
}
