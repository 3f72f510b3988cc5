import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import { Outbox, PrismaService, TransactionRunner, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { GOLDEN_FINISHED, GOLDEN_REQUESTED } from './evidence.events.js';
import type { GoldenDocument } from './golden-set.js';
import type { GoldenVerdict } from './golden-verdict.js';
import { storable } from './storable-text.js';

/** A declaration as it is stored. */
export type GoldenSetRow = Awaited<ReturnType<PrismaService['goldenSet']['findUniqueOrThrow']>>;
/** A run as it is stored, without its results. */
export type GoldenRunRow = Awaited<ReturnType<PrismaService['goldenRun']['findUniqueOrThrow']>>;
/** What one run of the calls showed. */
export type GoldenSeen = {
  outcome: string;
  detail: string | null;
  era: string | null;
  protocolVersion: string | null;
  contractDigest: string | null;
  results: { name: string; tool: string; permissionId: string | null; verdict: GoldenVerdict }[];
};

/** Runs kept per version; older ones go when a new one ends. */
const KEPT_RUNS = 50;

/** Rows of golden calls with the audit line and the event of each change. */
@Injectable()
export class GoldenRecords {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** What is declared now; null when nothing is. */
  newestSet(organizationId: string, serverId: string): Promise<GoldenSetRow | null> {
    return this.prisma.goldenSet.findFirst({ where: { organizationId, serverId }, orderBy: { revision: 'desc' } });
  }

  declare(ctx: RequestContext, server: { id: string; name: string }, document: GoldenDocument): Promise<GoldenSetRow> {
    return this.transactions.run(async (tx) => {
      await withAdvisoryLock(tx, `golden:${server.id}`);
      const last = await tx.goldenSet.findFirst({ where: { serverId: server.id }, orderBy: { revision: 'desc' } });
      const row = await tx.goldenSet.create({
        data: {
          id: ctx.ids.next('gld'),
          organizationId: ctx.organizationId,
          serverId: server.id,
          revision: (last?.revision ?? 0) + 1,
          document: document as object,
          declaredBy: ctx.principal.id,
          declaredByHandle: ctx.principal.handle,
          declaredAt: ctx.clock.now(),
        },
      });
      const calls = document.calls.map(({ name, tool }) => ({ name, tool }));
      await this.audit.append(tx, ctx, {
        action: 'server.golden_calls',
        subject: `server:${server.name}`,
        data: { set: row.id, revision: row.revision, calls },
      });
      return row;
    });
  }

  queue(ctx: RequestContext, run: { versionId: string; environmentId: string; set: GoldenSetRow }): Promise<string> {
    const id = ctx.ids.next('gru');
    return this.transactions.run(async (tx) => {
      await tx.goldenRun.create({
        data: {
          id,
          organizationId: ctx.organizationId,
          versionId: run.versionId,
          environmentId: run.environmentId,
          setId: run.set.id,
          setRevision: run.set.revision,
          status: 'queued',
          requestedBy: ctx.principal.id,
          requestedAt: ctx.clock.now(),
        },
      });
      const { organizationId } = ctx;
      await this.outbox.append(tx, { organizationId, topic: GOLDEN_REQUESTED, payload: { runId: id } });
      return id;
    });
  }

  /** False when it has ended already. */
  async claim(id: string, tx: Tx = this.prisma): Promise<boolean> {
    const open = { id, status: { in: ['queued', 'running'] } };
    return (await tx.goldenRun.updateMany({ where: open, data: { status: 'running' } })).count > 0;
  }

  /** Stores what was seen, once; older runs beyond those that are kept go. */
  finish(ctx: RequestContext, run: GoldenRunRow, status: 'completed' | 'failed', seen: GoldenSeen): Promise<void> {
    const count = (outcome: string) => seen.results.filter(({ verdict }) => verdict.outcome === outcome).length;
    const counts = {
      passed: count('passed'),
      failed: count('failed'),
      interactive: count('interactive'),
      refused: count('refused'),
    };
    return this.transactions.run(async (tx) => {
      if (!(await this.claim(run.id, tx))) return;
      const { results, ...about } = seen;
      await tx.goldenRun.update({
        where: { id: run.id },
        data: {
          ...about,
          detail: about.detail && storable(about.detail),
          ...counts,
          status,
          finishedAt: ctx.clock.now(),
        },
      });
      await tx.goldenResult.createMany({
        data: results.map(({ verdict, ...call }, position) => ({
          runId: run.id,
          organizationId: run.organizationId,
          position,
          ...call,
          ...verdict,
          reason: verdict.reason === null ? null : storable(verdict.reason),
        })),
      });
      await this.forget(tx, run);
      await this.audit.append(tx, ctx, {
        action: 'version.golden_run',
        subject: `version:${run.versionId}`,
        data: { run: run.id, outcome: seen.outcome, contract: seen.contractDigest, ...counts },
      });
      const { id: runId, versionId, environmentId } = run;
      const payload = { runId, versionId, environmentId };
      await this.outbox.append(tx, { organizationId: run.organizationId, topic: GOLDEN_FINISHED, payload });
    });
  }

  private async forget(tx: Tx, run: GoldenRunRow): Promise<void> {
    const old = await tx.goldenRun.findMany({
      where: { versionId: run.versionId, finishedAt: { not: null } },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      skip: KEPT_RUNS,
      take: 100,
      select: { id: true },
    });
    if (old.length > 0) await tx.goldenRun.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } });
  }
}
