import { Injectable } from '@nestjs/common';
import type { Contract, IntakeIssue } from '@rollcall/contract';
import { InspectionReadModel } from '@rollcall/inspections';
import type { JsonValue, RequestContext } from '@rollcall/kernel';
import { parseManifest } from '@rollcall/manifest';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import { ContractStore, chooseBase, ServerCatalog, type VersionRef } from '@rollcall/registry';
import type { CheckMaterial } from './check.js';
import { CheckRecords } from './check.records.prisma.js';
import { runCheck } from './conclude.js';

type CheckRow = {
  id: string;
  organizationId: string;
  versionId: string;
  baseVersionId: string | null;
  requestedBy: string;
};

/** Requests and runs checks: a version judged against a base, step by step. */
@Injectable()
export class CheckService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly catalog: ServerCatalog,
    private readonly contracts: ContractStore,
    private readonly inspections: InspectionReadModel,
    private readonly records: CheckRecords,
  ) {}

  /** Queues a check; the worker runs it. Without `against` the base is chosen when it runs. */
  async request(ctx: RequestContext, input: { version: VersionRef; against?: VersionRef | null }): Promise<string> {
    const version = await this.catalog.version(ctx, input.version, 'version.check');
    const base = input.against ? await this.catalog.version(ctx, input.against) : null;
    return this.records.queue(ctx, {
      versionId: version.id,
      baseVersionId: base?.id ?? null,
      requestedBy: ctx.principal.id,
    });
  }

  /** Queues the check that follows an inspection; the same inspection asks for it once. */
  async followInspection(event: { inspectionId: string; versionId: string; requestedBy: string }): Promise<void> {
    if (await this.prisma.check.findFirst({ where: { inspectionId: event.inspectionId } })) return;
    const version = await this.prisma.serverVersion.findUniqueOrThrow({ where: { id: event.versionId } });
    const ctx = this.records.systemContext(version.organizationId);
    await this.records.queue(ctx, { ...event, baseVersionId: null });
  }

  /** Runs a queued check and records its conclusion once, however often it is called. */
  async run(checkId: string): Promise<void> {
    const check = await this.prisma.check.findUniqueOrThrow({ where: { id: checkId } });
    if (check.status === 'completed' || check.status === 'failed') return;
    const { material, baseVersionId } = await this.collect(check);
    const result = runCheck(material);
    const ctx = this.records.systemContext(check.organizationId);
    await this.transactions.run((tx) =>
      this.records.conclude(tx, ctx, {
        check,
        result,
        baseVersionId,
        contractDigest: material.head?.contract.digest ?? null,
      }),
    );
  }

  /** Ends a check that could not be run, so that nobody waits for it for ever. */
  async giveUp(checkId: string): Promise<void> {
    await this.records.fail(checkId);
  }

  private async collect(check: CheckRow): Promise<{ material: CheckMaterial; baseVersionId: string | null }> {
    const { organizationId } = check;
    const version = await this.prisma.serverVersion.findUniqueOrThrow({
      where: { id: check.versionId },
      include: { server: { include: { versions: { orderBy: { publishedAt: 'desc' } } } } },
    });
    const organization = await this.prisma.organization.findUniqueOrThrow({ where: { id: organizationId } });
    const siblings = version.server.versions;
    const base = check.baseVersionId
      ? (siblings.find((one) => one.id === check.baseVersionId) ??
        (await this.prisma.serverVersion.findFirst({ where: { id: check.baseVersionId, organizationId } })))
      : chooseBase(version.version, siblings);
    const manifest = parseManifest(version.manifest as JsonValue);
    const head = await this.contractOf(organizationId, version.contractDigest);
    const [newest] = await this.inspections.ofVersions(organizationId, [version.id]);
    const issues = (newest?.issues ?? []) as { path?: string; message: string; code: string }[];
    const baseContract = base ? await this.contractOf(organizationId, base.contractDigest) : null;
    return {
      baseVersionId: baseContract ? (base?.id ?? null) : null,
      material: {
        manifestProblems: manifest.ok ? [] : manifest.error.map((issue) => `${issue.path}: ${issue.message}`),
        head: head ? { version: version.version, contract: head, issues: intakeIssues(issues) } : null,
        headMissing: newest
          ? `The newest inspection ended as ${newest.outcome ?? newest.status}: ${newest.detail ?? 'nothing was offered'}.`
          : 'The version was never inspected.',
        base: base && baseContract ? { version: base.version, contract: baseContract } : null,
        semverMode: (organization.policy as { semver?: 'enforce' | 'warn' }).semver ?? 'enforce',
      },
    };
  }

  private async contractOf(organizationId: string, digest: string | null): Promise<Contract | null> {
    return digest ? this.contracts.find(organizationId, digest) : null;
  }
}

function intakeIssues(issues: { path?: string; message: string; code: string }[]): IntakeIssue[] {
  return issues.map((issue) => ({ code: issue.code, message: issue.message, path: issue.path ?? '' }));
}
