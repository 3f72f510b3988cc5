import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import { Outbox, PrismaService, TransactionRunner, type Tx } from '@rollcall/persistence';
import type { ConformanceScenario } from './conformance-result.js';
import { CONFORMANCE_FINISHED, CONFORMANCE_REQUESTED } from './evidence.events.js';
import { storable } from './storable-text.js';

/** A run as it is stored. */
export type ConformanceRunRow = Awaited<ReturnType<PrismaService['conformanceRun']['findUniqueOrThrow']>>;
/** What a run showed, or why there was none. */
export type ConformanceSeen = {
  code: string | null;
  detail: string | null;
  kit: string | null;
  specVersion: string | null;
  contractDigest: string | null;
  scenarios: ConformanceScenario[];
};

/** Of each version; older ones are dropped. */
const KEPT_RUNS = 50;

/** Rows of conformance runs with the audit line and the event of each change. */
@Injectable()
export class ConformanceRecords {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  queue(ctx: RequestContext, run: { versionId: string; environmentId: string }): Promise<string> {
    const id = ctx.ids.next('cfr');
    return this.transactions.run(async (tx) => {
      const { organizationId } = ctx;
      await tx.conformanceRun.create({
        data: {
          id,
          organizationId,
          ...run,
          status: 'queued',
          scenarios: [],
          requestedBy: ctx.principal.id,
          requestedAt: ctx.clock.now(),
        },
      });
      await this.outbox.append(tx, { organizationId, topic: CONFORMANCE_REQUESTED, payload: { runId: id } });
      return id;
    });
  }

  /** False when it has ended already. */
  async claim(id: string, tx: Tx = this.prisma): Promise<boolean> {
    const open = { id, status: { in: ['queued', 'running'] } };
    return (await tx.conformanceRun.updateMany({ where: open, data: { status: 'running' } })).count > 0;
  }

  /** Stores what was seen, once. */
  finish(ctx: RequestContext, run: ConformanceRunRow, seen: ConformanceSeen): Promise<void> {
    return this.transactions.run(async (tx) => {
      if (!(await this.claim(run.id, tx))) return;
      await tx.conformanceRun.update({
        where: { id: run.id },
        data: {
          ...seen,
          detail: seen.detail && storable(seen.detail),
          scenarios: seen.scenarios as object,
          status: seen.code === null ? 'completed' : 'failed',
          finishedAt: ctx.clock.now(),
        },
      });
      await this.audit.append(tx, ctx, {
        action: 'version.conformance_run',
        subject: `version:${run.versionId}`,
        data: {
          run: run.id,
          code: seen.code,
          failed: seen.scenarios.filter(({ status }) => status === 'failed').map(({ name }) => name),
        },
      });
      const { id: runId, versionId, environmentId, organizationId } = run;
      const old = await tx.conformanceRun.findMany({
        where: { versionId, finishedAt: { not: null } },
        orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
        skip: KEPT_RUNS,
        select: { id: true },
      });
      await tx.conformanceRun.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } });
      const payload = { runId, versionId, environmentId };
      await this.outbox.append(tx, { organizationId, topic: CONFORMANCE_FINISHED, payload });
    });
  }
}
