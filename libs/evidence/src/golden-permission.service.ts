import { Injectable } from '@nestjs/common';
import { DAY_MS, notFound, type RequestContext, shortened } from '@rollcall/kernel';
import { ContractStore, ServerCatalog, type VersionRef } from '@rollcall/registry';
import { goldenMissing, permissionRefused } from './evidence.errors.js';
import { GoldenRecords } from './golden.records.prisma.js';
import { GoldenPermissionRecords, type GoldenPermissionRow } from './golden-permission.records.prisma.js';
import { callsDigestOf, type GoldenDocument } from './golden-set.js';

/** What a reviewer permits: the declared calls of one tool as this version's contract has it, for a time. */
export type PermissionInput = { version: VersionRef; tool: string; reason: string; expiresAt: Date };

const MAX_DAYS = 365;
const MAX_REASON = 1_000;

/** Permissions to call tools that are not read-only. Two people: who declared the calls never permits them. */
@Injectable()
export class GoldenPermissionService {
  constructor(
    private readonly catalog: ServerCatalog,
    private readonly contracts: ContractStore,
    private readonly golden: GoldenRecords,
    private readonly records: GoldenPermissionRecords,
  ) {}

  /** Permits the calls as they are declared now; any later change of them or of the tool ends the permission. */
  async grant(ctx: RequestContext, input: PermissionInput): Promise<GoldenPermissionRow> {
    const version = await this.catalog.version(ctx, input.version, 'golden.permit');
    requirePerson(ctx);
    if (!input.reason.trim() || input.reason.length > MAX_REASON) {
      throw permissionRefused(
        `A permission needs a reason of 1 to ${MAX_REASON} characters.`,
        'Say why with --reason.',
      );
    }
    const now = ctx.clock.now().getTime();
    const until = input.expiresAt.getTime();
    if (!(until > now && until <= now + MAX_DAYS * DAY_MS)) {
      throw permissionRefused(
        'A permission ends within a year, and not before it began.',
        'Name a date within a year.',
      );
    }
    const set = await this.golden.newestSet(ctx.organizationId, version.serverId);
    if (!set) throw goldenMissing(version.server.name);
    if (set.declaredBy === ctx.principal.id) {
      throw permissionRefused('You declared these calls yourself.', 'Ask another reviewer.');
    }
    const document = set.document as GoldenDocument;
    if (!document.calls.some((call) => call.tool === input.tool)) {
      throw permissionRefused(
        `No golden call of "${shortened(input.tool)}" is declared.`,
        'Look at: rollcall golden show SERVER',
      );
    }
    return this.records.grant(ctx, {
      serverId: version.serverId,
      tool: input.tool,
      toolDigest: await this.toolDigest(version, input.tool),
      callsDigest: callsDigestOf(document, input.tool),
      reason: input.reason,
      declaredBy: set.declaredBy,
      expiresAt: input.expiresAt,
    });
  }

  /** Takes a permission back. */
  async revoke(ctx: RequestContext, id: string): Promise<GoldenPermissionRow> {
    const row = await this.records.find(ctx.organizationId, id);
    // one of a server that is not visible is answered like one that never was: its server's id is no answer
    if (!row || !(await this.catalog.visibleServer(ctx, row.serverId))) throw notFound('permission', id);
    await this.catalog.server(ctx, { byId: row.serverId }, 'golden.permit');
    return this.records.revoke(ctx, row);
  }

  /** Permissions of servers that the caller was found to see, newest first. */
  ofServers(organizationId: string, serverIds: readonly string[]): Promise<GoldenPermissionRow[]> {
    return this.records.ofServers(organizationId, serverIds);
  }

  private async toolDigest(
    version: { organizationId: string; approvedContractDigest: string | null; contractDigest: string | null },
    tool: string,
  ): Promise<string> {
    const digest = version.approvedContractDigest ?? version.contractDigest;
    const contract = digest === null ? null : await this.contracts.find(version.organizationId, digest);
    const member = contract?.members.find((one) => one.kind === 'tool' && one.name === tool);
    if (!member) throw permissionRefused(`The contract of this version has no tool "${tool}".`, 'Check the name.');
    return member.digest;
  }
}

/** A pipeline cannot look at what it permits. */
function requirePerson(ctx: RequestContext): void {
  if (ctx.principal.kind !== 'user') {
    throw permissionRefused('Only a person permits a call of a tool that is not read-only.', 'Sign in as a reviewer.');
  }
}
