import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { Outbox, PrismaService, TransactionRunner, type Tx } from '@rollcall/persistence';
import { ServerCatalog } from '@rollcall/registry';
import type { CheckResult } from './check.js';
import { CHECK_CONCLUDED, CHECK_REQUESTED } from './checks.events.js';

/** Rows of checks, with the event and the audit line that belong to each change. */
@Injectable()
export class CheckRecords {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly runtime: Runtime,
    private readonly outbox: Outbox,
    private readonly audit: AuditLog,
    private readonly catalog: ServerCatalog,
  ) {}

  systemContext(organizationId: string): RequestContext {
    return this.runtime.systemContext(organizationId);
  }

  async queue(
    ctx: RequestContext,
    input: { versionId: string; baseVersionId: string | null; requestedBy: string; inspectionId?: string },
  ): Promise<string> {
    const id = ctx.ids.next('chk');
    await this.transactions.run(async (tx) => {
      await tx.check.create({
        data: {
          id,
          organizationId: ctx.organizationId,
          versionId: input.versionId,
          baseVersionId: input.baseVersionId,
          inspectionId: input.inspectionId ?? null,
          requestedBy: input.requestedBy,
          status: 'queued',
          steps: [],
          findings: [],
          requestedAt: ctx.clock.now(),
        },
      });
      await this.outbox.append(tx, {
        organizationId: ctx.organizationId,
        topic: CHECK_REQUESTED,
        payload: { checkId: id },
      });
    });
    return id;
  }

  async conclude(
    tx: Tx,
    ctx: RequestContext,
    done: {
      check: { id: string; versionId: string };
      result: CheckResult;
      baseVersionId: string | null;
      contractDigest: string | null;
    },
  ): Promise<void> {
    const { check, result } = done;
    // a second run of the same check waits here for the first, then finds it concluded
    const open = { id: check.id, status: { in: ['queued', 'running'] } };
    if ((await tx.check.updateMany({ where: open, data: { status: 'running' } })).count === 0) return;
    await tx.check.update({
      where: { id: check.id },
      data: {
        status: 'completed',
        conclusion: result.conclusion,
        contractDigest: done.contractDigest,
        baseVersionId: done.baseVersionId,
        comparison: (result.comparison ?? undefined) as object,
        findings: result.findings as object,
        steps: result.steps as object,
        finishedAt: ctx.clock.now(),
      },
    });
    await this.audit.append(tx, ctx, {
      action: 'version.check',
      subject: `version:${check.versionId}`,
      data: { check: check.id, conclusion: result.conclusion, contract: done.contractDigest },
    });
    const payload = { checkId: check.id };
    await this.outbox.append(tx, { organizationId: ctx.organizationId, topic: CHECK_CONCLUDED, payload });
  }

  /** Marks a check that could not be run; one that has concluded stays as it is. */
  async fail(id: string): Promise<void> {
    await this.prisma.check.updateMany({
      where: { id, status: { in: ['queued', 'running'] } },
      data: { status: 'failed', finishedAt: this.runtime.clock.now() },
    });
  }

  /** One check of a version the caller may see. */
  async byId(ctx: RequestContext, id: string) {
    const row = await this.prisma.check.findFirst({ where: { id, organizationId: ctx.organizationId } });
    // a check of a version that is not visible is answered like one that never was: its version's id is no answer
    if (!row || !(await this.catalog.sees(ctx, row.versionId))) throw notFound('check', id);
    return row;
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
}
