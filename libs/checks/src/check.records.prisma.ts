import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { MINUTE_MS, type RequestContext } from '@rollcall/kernel';
import { Outbox, Prisma, PrismaService, TransactionRunner, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { ContractStore } from '@rollcall/registry';
import type { GitFacts, StoredCandidate } from './check-request.js';
import type { CheckSubject, NamedBase } from './check-subjects.service.js';
import { CHECK_REQUESTED } from './checks.events.js';

/** A check that is about to be queued. `requestKey` is null for one that nobody asked for. */
export type NewCheck = {
  subject: CheckSubject;
  base: NamedBase | null;
  git: GitFacts | null;
  requestKey: string | null;
  requestedBy: string;
  inspectionId?: string;
};

/** How long the answer of the same request stays the answer. */
const FRESH_MS = 10 * MINUTE_MS;
/** A check that waits this long for a worker is asked for anew. */
const PATIENCE_MS = 60 * MINUTE_MS;

/** Rows of checks on their way to a conclusion, with the events that belong to each change. */
@Injectable()
export class CheckRecords {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly runtime: Runtime,
    private readonly outbox: Outbox,
    private readonly audit: AuditLog,
    private readonly contracts: ContractStore,
  ) {}

  systemContext(organizationId: string): RequestContext {
    return this.runtime.systemContext(organizationId);
  }

  /** Queues a check, or finds the fresh one of the same request. */
  async queue(ctx: RequestContext, check: NewCheck): Promise<{ id: string; created: boolean }> {
    return this.transactions.run(async (tx) => {
      if (check.requestKey !== null) {
        await withAdvisoryLock(tx, `check:${ctx.organizationId}:${check.requestKey}`);
        const fresh = await this.fresh(tx, ctx, check.requestKey);
        if (fresh) return { id: fresh.id, created: false };
      }
      return { id: await this.insert(tx, ctx, check), created: true };
    });
  }

  /** Marks a check that could not be run; one that has concluded stays as it is. */
  async fail(id: string): Promise<void> {
    await this.prisma.check.updateMany({
      where: { id, status: { in: ['queued', 'running'] } },
      data: { status: 'failed', finishedAt: this.runtime.clock.now() },
    });
  }

  /** Up to 20 per version, newest first. */
  async ofVersions(organizationId: string, versionIds: readonly string[]) {
    const newest = await this.prisma.$queryRaw<{ id: string }[]>`
      SELECT c.id FROM unnest(${[...versionIds]}::text[]) AS v(id), LATERAL (
        SELECT id FROM checks WHERE organization_id = ${organizationId} AND version_id = v.id
        ORDER BY requested_at DESC, id DESC LIMIT 20) AS c`;
    return this.prisma.check.findMany({
      where: { id: { in: newest.map((row) => row.id) } },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
    });
  }

  /** Newest concluded check of exactly this contract. */
  newestConcluded(organizationId: string, versionId: string, contractDigest: string) {
    return this.prisma.check.findFirst({
      where: { organizationId, versionId, contractDigest, status: 'completed' },
      orderBy: { finishedAt: 'desc' },
    });
  }

  private fresh(tx: Tx, { organizationId, clock }: RequestContext, requestKey: string) {
    const now = clock.now().getTime();
    return tx.check.findFirst({
      where: {
        organizationId,
        requestKey,
        OR: [
          { status: { in: ['queued', 'running'] }, requestedAt: { gt: new Date(now - PATIENCE_MS) } },
          { status: 'completed', finishedAt: { gt: new Date(now - FRESH_MS) } },
        ],
      },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      select: { id: true },
    });
  }

  private async insert(tx: Tx, ctx: RequestContext, check: NewCheck): Promise<string> {
    const { subject, base, git, requestKey, requestedBy, inspectionId } = check;
    const { organizationId } = ctx;
    const id = ctx.ids.next('chk');
    const { candidate } = subject;
    if (candidate) await this.contracts.save(tx, organizationId, candidate.contract, ctx.clock.now());
    await tx.check.create({
      data: {
        id,
        organizationId,
        versionId: subject.versionId,
        serverName: subject.serverName,
        ...(candidate ? { candidate: storedOf(candidate) as object, contractDigest: candidate.contract.digest } : {}),
        baseVersionId: base?.versionId ?? null,
        baseEnvironment: base?.environment ?? null,
        inspectionId: inspectionId ?? null,
        contextId: subject.contextId,
        approvalContext: subject.approvalContext,
        git: git ?? Prisma.DbNull,
        requestKey,
        requestedBy,
        status: 'queued',
        steps: [],
        findings: [],
        requestedAt: ctx.clock.now(),
      },
    });
    if (candidate) {
      await this.audit.append(tx, ctx, {
        action: 'version.check',
        subject: `server:${subject.serverName}`,
        data: { check: id, contract: candidate.contract.digest, context: subject.contextId },
      });
    }
    await this.outbox.append(tx, { organizationId, topic: CHECK_REQUESTED, payload: { checkId: id } });
    return id;
  }
}

function storedOf({ version, issues, manifestProblems }: StoredCandidate): StoredCandidate {
  return { version, issues, manifestProblems };
}
