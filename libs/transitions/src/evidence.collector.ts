import { Injectable } from '@nestjs/common';
import { CheckRecords } from '@rollcall/checks';
import { compareContracts } from '@rollcall/compatibility';
import type { Contract } from '@rollcall/contract';
import { InspectionReadModel } from '@rollcall/inspections';
import type { RequestContext } from '@rollcall/kernel';
import { DEFAULT_POLICY, type Evidence, type GuardName, type LifecycleState } from '@rollcall/lifecycle';
import { PrismaService } from '@rollcall/persistence';
import { isDestructive } from '@rollcall/policy';
import { ContractStore, ServerCatalog } from '@rollcall/registry';
import { UsageService } from '@rollcall/usage';
import semver from 'semver';
import { readApprovalRules, type StoredDeprecation, type TransitionInput } from './transition.js';

/** The version a step is asked for, as the catalogue returns it. */
export type SubjectVersion = Awaited<ReturnType<ServerCatalog['version']>>;

/** Gathers everything guards look at, from the features that know it. What nobody knows stays null. */
@Injectable()
export class EvidenceCollector {
  constructor(
    private readonly prisma: PrismaService,
    private readonly catalog: ServerCatalog,
    private readonly contracts: ContractStore,
    private readonly inspections: InspectionReadModel,
    private readonly checks: CheckRecords,
    private readonly usage: UsageService,
  ) {}

  /** The evidence for one step, at the context's time. */
  async collect(ctx: RequestContext, version: SubjectVersion, input: TransitionInput): Promise<Evidence> {
    const [review, staging, activation, retirement] = [
      await this.review(ctx, version),
      await this.staging(ctx, version),
      await this.activation(ctx, version),
      await this.retirement(ctx, version, input),
    ];
    const organization = await this.prisma.organization.findUniqueOrThrow({ where: { id: ctx.organizationId } });
    const asked = input.approvalRules ?? null;
    return {
      now: ctx.clock.now().toISOString(),
      publisherId: version.publisherId,
      actorId: ctx.principal.id,
      contractDigest: version.contractDigest,
      approvedContractDigest: version.approvedContractDigest,
      contact: version.server.contact,
      approvalRules: readApprovalRules(asked ?? (version.approvalRules as Record<string, 'none' | 'human'>)),
      policy: { ...DEFAULT_POLICY, ...(organization.policy as object) },
      // no feature measures these yet: a guard that asks for them answers "unknown", which never lets a step pass
      goldenCalls: null,
      consumerImpact: null,
      slo: null,
      rollout: null,
      ...review,
      ...staging,
      ...activation,
      ...retirement,
    };
  }

  private async review(ctx: RequestContext, version: SubjectVersion) {
    const { organizationId } = ctx;
    const contract = version.contractDigest ? await this.contracts.find(organizationId, version.contractDigest) : null;
    const check = version.contractDigest
      ? await this.checks.newestConcluded(organizationId, version.id, version.contractDigest)
      : null;
    const [newest] = await this.inspections.ofVersions(organizationId, [version.id]);
    const test = await this.inspections.newestAccessTest(organizationId, version.id);
    const exceptions = await this.prisma.guardException.findMany({
      where: { organizationId, serverId: version.serverId },
      orderBy: { expiresAt: 'desc' },
    });
    const steps = (check?.steps ?? []) as { name: string; status: string; message: string }[];
    const semverStep = steps.find((step) => step.name === 'semver');
    return {
      concludedCheck: check
        ? {
            id: check.id,
            contractDigest: check.contractDigest,
            conclusion: check.conclusion ?? 'neutral',
            lintErrors: (check.findings as { severity: string }[]).filter((one) => one.severity === 'error').length,
            at: (check.finishedAt ?? check.requestedAt).toISOString(),
          }
        : null,
      versionNumber: semverStep
        ? { allowed: semverStep.status !== 'failed', message: semverStep.message, checkId: check?.id ?? '' }
        : null,
      transport: newest?.transport ? (newest.transport === 'stdio' ? ('stdio' as const) : ('remote' as const)) : null,
      unauthenticatedAccess:
        test && test.unauthenticatedAccessRefused !== null
          ? {
              refused: test.unauthenticatedAccessRefused,
              inspectionId: test.id,
              at: (test.finishedAt ?? test.requestedAt).toISOString(),
            }
          : null,
      exceptions: exceptions.map((one) => ({
        id: one.id,
        guard: one.guard as GuardName,
        reason: one.reason,
        expiresAt: one.expiresAt.toISOString(),
      })),
      destructiveTools: contract ? destructiveToolsOf(contract) : null,
    };
  }

  private async staging(ctx: RequestContext, version: SubjectVersion) {
    const environments = await this.catalog.environments(ctx.organizationId);
    const ids = environments.filter((one) => one.kind === 'staging').map((one) => one.id);
    const seen = await this.inspections.newestInStaging(ctx.organizationId, version.id, ids);
    return {
      stagingInspection: seen
        ? {
            id: seen.id,
            contractDigest: seen.contractDigest,
            at: (seen.finishedAt ?? seen.requestedAt).toISOString(),
            outcome: seen.outcome ?? 'unknown',
          }
        : null,
    };
  }

  private async activation(ctx: RequestContext, version: SubjectVersion) {
    const live = await this.prisma.serverVersion.findMany({
      where: {
        organizationId: ctx.organizationId,
        serverId: version.serverId,
        state: { in: ['active', 'deprecated'] },
        id: { not: version.id },
      },
      orderBy: { publishedAt: 'desc' },
    });
    // a deprecated version still serves: when its end was announced first, it is what callers compare with
    const newest = live.sort((a, b) => a.state.localeCompare(b.state) || byVersion(a, b))[0];
    return { firstActive: live.length === 0, changeClass: await this.changeClass(ctx, version, newest) };
  }

  private async changeClass(
    ctx: RequestContext,
    version: SubjectVersion,
    newest: { approvedContractDigest: string | null } | undefined,
  ): Promise<Evidence['changeClass']> {
    if (!newest?.approvedContractDigest || !version.contractDigest) return null;
    const digests = [newest.approvedContractDigest, version.contractDigest];
    const found = await this.contracts.findMany(ctx.organizationId, digests);
    const base = found.get(newest.approvedContractDigest);
    const head = found.get(version.contractDigest);
    return base && head ? compareContracts(base, head).conclusion : null;
  }

  private async retirement(ctx: RequestContext, version: SubjectVersion, input: TransitionInput) {
    const stored = version.deprecation as StoredDeprecation | null;
    const successor = input.successor ? await this.successor(ctx, input.successor) : null;
    const consumers = await this.prisma.grant.findMany({
      where: { organizationId: ctx.organizationId, serverId: version.serverId, revokedAt: null },
      distinct: ['agentId'],
      select: { agentId: true },
    });
    return {
      deprecation:
        input.to === 'deprecated'
          ? {
              successor,
              noSuccessor: input.noSuccessor ?? false,
              sunsetAt: input.sunsetAt?.toISOString() ?? null,
              // the notice reaches each of them on every result and listed tool, with the next bundle
              notifiedConsumers: consumers.length,
            }
          : null,
      sunsetAt: stored?.sunsetAt ?? null,
      usage: await this.usageOf(ctx, version),
    };
  }

  private async successor(ctx: RequestContext, input: { server: string; version: string }) {
    const row = await this.catalog.version(ctx, { byName: { server: input.server, version: input.version } });
    return { server: row.server.name, version: row.version, state: row.state as LifecycleState };
  }

  private async usageOf(ctx: RequestContext, version: SubjectVersion): Promise<Evidence['usage']> {
    const reports = await this.prisma.gatewayStatus.findMany({
      where: { organizationId: ctx.organizationId },
      select: { reportedAt: true },
    });
    const oldest = reports.map((one) => one.reportedAt.getTime()).sort((a, b) => a - b)[0];
    const lastCallAt = await this.usage.lastCallAt(ctx.organizationId, version.server.alias, version.version);
    return {
      lastCallAt: lastCallAt?.toISOString() ?? null,
      // a gateway that has fallen silent may have seen calls nobody knows of
      reportedUntil: oldest === undefined ? null : new Date(oldest).toISOString(),
    };
  }
}

function destructiveToolsOf(contract: Contract): string[] {
  return contract.members
    .filter((member) => member.kind === 'tool' && isDestructive(member.definition))
    .map((member) => member.name);
}

function byVersion(a: { version: string }, b: { version: string }): number {
  return semver.valid(a.version) && semver.valid(b.version) ? semver.rcompare(a.version, b.version) : 0;
}
