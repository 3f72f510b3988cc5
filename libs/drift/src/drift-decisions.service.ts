import { Injectable } from '@nestjs/common';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import { ServerCatalog } from '@rollcall/registry';
import { driftEnded, reasonRequired } from './drift.errors.js';
import { DriftRecords } from './drift.records.prisma.js';
import { lockPlace } from './drift-place.prisma.js';

const MAX_REASON = 1_000;

/** What reviewers decide about drift. */
@Injectable()
export class DriftDecisions {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly catalog: ServerCatalog,
    private readonly records: DriftRecords,
  ) {}

  /** A reviewer says that this drift is known. It is found again when yet another contract is seen, or another is approved. */
  async dismiss(ctx: RequestContext, { id, reason }: { id: string; reason: string }) {
    const row = await this.prisma.driftFinding.findFirst({ where: { id, organizationId: ctx.organizationId } });
    // one of a version that is not visible is answered like one that never was
    if (!row || !(await this.catalog.sees(ctx, row.versionId))) throw notFound('drift finding', id);
    const version = await this.catalog.version(ctx, { byId: row.versionId }, 'drift.dismiss');
    if (!reason.trim() || reason.length > MAX_REASON) throw reasonRequired();
    return this.transactions.run(async (tx) => {
      await lockPlace(tx, row);
      const finding = await tx.driftFinding.findUniqueOrThrow({ where: { id } });
      if (finding.status !== 'open') throw driftEnded(id, finding.status);
      return this.records.end(tx, ctx, { finding, version, reason });
    });
  }
}
