import { Injectable } from '@nestjs/common';
import { CheckRecords } from '@rollcall/checks';
import type { Contract } from '@rollcall/contract';
import { InspectionReadModel } from '@rollcall/inspections';
import type { Evidence, GuardName } from '@rollcall/lifecycle';
import type { LintFinding } from '@rollcall/lint';
import { PrismaService } from '@rollcall/persistence';
import { isDestructive } from '@rollcall/policy';
import { QualityService } from '@rollcall/quality';
import { ContractStore } from '@rollcall/registry';
import type { Question } from './question.js';
import { SurfaceReadModel, transportsOf } from './surface.read-model.prisma.js';

/** Guards a person may write an exception to; the others have none. */
export const EXCEPTABLE: readonly GuardName[] = [
  'unauthenticated_access_refused',
  'no_lint_errors',
  'transport_allowed',
  'surface_within_budget',
];

/** What a reviewer has to know: checks, what inspections saw, exceptions, and who approved. */
@Injectable()
export class ReviewCollector {
  constructor(
    private readonly prisma: PrismaService,
    private readonly contracts: ContractStore,
    private readonly inspections: InspectionReadModel,
    private readonly checks: CheckRecords,
    private readonly quality: QualityService,
    private readonly surfaces: SurfaceReadModel,
  ) {}

  async collect(question: Question): Promise<Partial<Evidence>> {
    const { asks } = question;
    return {
      ...(asks('check_concluded', 'version_number_fits', 'no_lint_errors') ? await this.check(question) : {}),
      ...(asks('unauthenticated_access_refused') ? await this.door(question) : {}),
      ...(asks(...EXCEPTABLE) ? await this.exceptions(question) : {}),
      ...(asks('transport_allowed') ? await this.transports(question) : {}),
      ...(asks('surface_within_budget') ? await this.surface(question) : {}),
      ...(asks('destructive_tools_ruled') ? await this.destructive(question) : {}),
      ...(asks('approvals_complete') ? { approvals: await this.approvals(question) } : {}),
    };
  }

  private async check({ ctx, version }: Question): Promise<Partial<Evidence>> {
    if (version.contractDigest === null) return {};
    const check = await this.checks.newestConcluded(ctx.organizationId, version.id, version.contractDigest);
    if (!check) return {};
    const steps = check.steps as { name: string; status: string; message: string }[];
    const semver = steps.find((step) => step.name === 'semver');
    const findings = check.findings as LintFinding[];
    return {
      concludedCheck: {
        id: check.id,
        contractDigest: check.contractDigest,
        conclusion: check.conclusion ?? 'neutral',
        lintErrors: await this.quality.errorsNow(ctx.organizationId, check.serverName, findings),
        at: (check.finishedAt ?? check.requestedAt).toISOString(),
      },
      versionNumber: semver
        ? { allowed: semver.status !== 'failed', message: semver.message, checkId: check.id }
        : null,
    };
  }

  private async door({ ctx, version }: Question): Promise<Partial<Evidence>> {
    const [newest] = await this.inspections.ofVersions(ctx.organizationId, [version.id]);
    const test = await this.inspections.newestAccessTest(ctx.organizationId, version.id);
    const refused = test?.unauthenticatedAccessRefused ?? null;
    return {
      // neither a child process nor a Unix socket listens on a network
      transport: newest?.transport ? (['stdio', 'unix'].includes(newest.transport) ? 'stdio' : 'remote') : null,
      unauthenticatedAccess:
        test && refused !== null
          ? { refused, inspectionId: test.id, at: (test.finishedAt ?? test.requestedAt).toISOString() }
          : null,
    };
  }

  private async exceptions({ ctx, version }: Question): Promise<Partial<Evidence>> {
    const rows = await this.prisma.guardException.findMany({
      where: { organizationId: ctx.organizationId, serverId: version.serverId, expiresAt: { gt: ctx.clock.now() } },
      orderBy: { expiresAt: 'desc' },
      take: 100,
    });
    const exceptions = rows.map((one) => ({
      id: one.id,
      guard: one.guard as GuardName,
      reason: one.reason,
      expiresAt: one.expiresAt.toISOString(),
    }));
    return { exceptions };
  }

  private async transports({ ctx, version }: Question): Promise<Partial<Evidence>> {
    const [endpoints, [newest]] = [
      await this.prisma.endpoint.findMany({ where: { versionId: version.id }, select: { transport: true } }),
      await this.inspections.ofVersions(ctx.organizationId, [version.id]),
    ];
    const used = [...endpoints.map((one) => one.transport), ...(newest?.transport ? [newest.transport] : [])];
    return { transports: [...new Set([...transportsOf(version.manifest), ...used])].sort() };
  }

  private async surface({ ctx, version }: Question): Promise<Partial<Evidence>> {
    const digest = version.approvedContractDigest ?? version.contractDigest;
    if (digest === null) return {};
    const found = await this.surfaces.ofContracts(ctx.organizationId, [digest]);
    return { surface: found.get(digest) ?? null };
  }

  private async destructive({ ctx, version }: Question): Promise<Partial<Evidence>> {
    if (version.contractDigest === null) return {};
    const contract = await this.contracts.find(ctx.organizationId, version.contractDigest);
    return { destructiveTools: contract ? destructiveToolsOf(contract) : null };
  }

  /** Of this contract, since it was last handed in: an approval does not outlive what it approved. */
  private async approvals({ version }: Question): Promise<Evidence['approvals']> {
    if (version.contractDigest === null || version.state !== 'in_review') return [];
    const rows = await this.prisma.reviewApproval.findMany({
      where: { versionId: version.id, contractDigest: version.contractDigest, at: { gte: version.stateChangedAt } },
      orderBy: [{ at: 'asc' }, { id: 'asc' }],
      take: 100,
    });
    return rows.map((row) => ({ reviewerId: row.reviewerId, handle: row.reviewerHandle, at: row.at.toISOString() }));
  }
}

function destructiveToolsOf(contract: Contract): string[] {
  return contract.members
    .filter((member) => member.kind === 'tool' && isDestructive(member.definition))
    .map((member) => member.name);
}
