import { Injectable } from '@nestjs/common';
import { digestOf } from '@rollcall/contract';
import type { RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import { CheckRecords } from './check.records.prisma.js';
import { CheckMaterialCollector } from './check-material.collector.js';
import { type CheckRequestInput, readGitFacts } from './check-request.js';
import { type CheckSubject, CheckSubjects, type NamedBase, versionContext } from './check-subjects.service.js';
import { differenceOf, factsOf } from './conclude.js';
import { ConclusionRecords } from './conclusion.records.prisma.js';

/** Requests and runs checks: a version or a candidate judged against a base, step by step. */
@Injectable()
export class CheckService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly subjects: CheckSubjects,
    private readonly collector: CheckMaterialCollector,
    private readonly records: CheckRecords,
    private readonly conclusions: ConclusionRecords,
  ) {}

  /** Queues a check, the worker runs it. The same request finds the same check while that is fresh. */
  async request(ctx: RequestContext, input: CheckRequestInput): Promise<{ id: string; created: boolean }> {
    const subject = await this.subjects.subject(ctx, input);
    const base = await this.subjects.base(ctx, input, subject);
    const git = readGitFacts(input.git);
    const requestKey = await this.requestKey(ctx.organizationId, subject, base);
    return this.records.queue(ctx, { subject, base, git, requestKey, requestedBy: ctx.principal.id });
  }

  /** Queues the check that follows an inspection; the same inspection asks for it once. */
  async followInspection(event: { inspectionId: string; versionId: string; requestedBy: string }): Promise<void> {
    const { inspectionId, versionId, requestedBy } = event;
    if (await this.prisma.check.findFirst({ where: { inspectionId } })) return;
    const version = await this.prisma.serverVersion.findUniqueOrThrow({ where: { id: versionId } });
    const ctx = this.records.systemContext(version.organizationId);
    const { serverId, serverName, contextId, contractDigest } = version;
    const approvalContext = contextId ?? versionContext(versionId);
    const subject = { versionId, serverId, serverName, candidate: null, contractDigest, contextId, approvalContext };
    await this.records.queue(ctx, { subject, base: null, git: null, requestKey: null, requestedBy, inspectionId });
  }

  /** Runs a queued check and records its conclusion once, however often it is called. */
  async run(checkId: string): Promise<void> {
    const check = await this.prisma.check.findUniqueOrThrow({ where: { id: checkId } });
    if (check.status === 'completed' || check.status === 'failed') return;
    const collected = await this.collector.collect(check);
    const { material, baseVersionId } = collected;
    const difference = differenceOf(material);
    const facts = factsOf(material, difference, await this.collector.opinions(check, collected, difference));
    const ctx = this.records.systemContext(check.organizationId);
    const contractDigest = material.head?.contract.digest ?? null;
    await this.transactions.run((tx) =>
      this.conclusions.first(tx, ctx, check, { facts, baseVersionId, contractDigest }),
    );
  }

  /** Ends a check that could not be run, so that nobody waits for it for ever. */
  async giveUp(checkId: string): Promise<void> {
    await this.records.fail(checkId);
  }

  /** What makes two requests the same: what is judged, against what, for whom, and under which policy. */
  private async requestKey(organizationId: string, subject: CheckSubject, base: NamedBase | null): Promise<string> {
    const { versionId, serverName, candidate, contractDigest, approvalContext } = subject;
    const organization = await this.prisma.organization.findUniqueOrThrow({
      where: { id: organizationId },
      select: { policyRevision: true },
    });
    const [inspection, newest] = [
      versionId && (await this.newestInspection(organizationId, versionId)),
      base === null && subject.serverId ? await this.newestSibling(organizationId, subject.serverId) : null,
    ];
    return digestOf({
      subject: [serverName, versionId, candidate?.version ?? null, contractDigest, candidate?.manifestSha256 ?? null],
      base: base ? [base.versionId, base.environment] : newest,
      context: approvalContext,
      inspection,
      policy: organization.policyRevision,
      lint: await this.collector.lintTerms(organizationId, serverName),
    });
  }

  private async newestInspection(organizationId: string, versionId: string): Promise<string | null> {
    const row = await this.prisma.inspection.findFirst({
      where: { organizationId, versionId, finishedAt: { not: null } },
      orderBy: [{ finishedAt: 'desc' }, { id: 'desc' }],
      select: { id: true },
    });
    return row?.id ?? null;
  }

  /** A version that came or moved since may be another base. */
  private async newestSibling(organizationId: string, serverId: string): Promise<string | null> {
    const row = await this.prisma.serverVersion.findFirst({
      where: { organizationId, serverId },
      orderBy: [{ updatedAt: 'desc' }, { id: 'desc' }],
      select: { id: true, updatedAt: true },
    });
    return row && `${row.id} ${row.updatedAt.toISOString()}`;
  }
}
