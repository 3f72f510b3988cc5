import { Injectable } from '@nestjs/common';
import type { JsonObject, RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { auditHash, GENESIS_HASH } from '@rollcall/schema';

/** What happened, in one line. `subject` names the thing: `server:com.acme/x`, `version:com.acme/x@1.0.0`. */
export type AuditEntry = { action: string; subject: string; data?: JsonObject };

/** Writes the hash chain of an organization. */
@Injectable()
export class AuditLog {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
  ) {}

  /** Appends in the caller's transaction: the event exists exactly when the change does. */
  async append(tx: Tx, ctx: RequestContext, entry: AuditEntry): Promise<void> {
    await this.write(tx, ctx, { ...entry, outcome: 'done' });
  }

  /** Records a refused attempt, in a transaction of its own because the attempt's was rolled back. */
  async denied(ctx: RequestContext, entry: AuditEntry): Promise<void> {
    await this.transactions.run((tx) => this.write(tx, ctx, { ...entry, outcome: 'denied' }));
  }

  /** A page of the chain in its own order, from after `afterSequence`. */
  async page(
    organizationId: string,
    query: { afterSequence: bigint; take: number; subject?: string; action?: string },
  ) {
    return this.prisma.auditEvent.findMany({
      where: {
        organizationId,
        sequence: { gt: query.afterSequence },
        ...(query.subject === undefined ? {} : { subject: query.subject }),
        ...(query.action === undefined ? {} : { action: query.action }),
      },
      orderBy: { sequence: 'asc' },
      take: query.take,
    });
  }

  private async write(tx: Tx, ctx: RequestContext, entry: AuditEntry & { outcome: 'done' | 'denied' }): Promise<void> {
    // one writer at a time per organization, or two events would follow the same predecessor
    await withAdvisoryLock(tx, `audit:${ctx.organizationId}`);
    const last = await tx.auditEvent.findFirst({
      where: { organizationId: ctx.organizationId },
      orderBy: { sequence: 'desc' },
    });
    const event = {
      organizationId: ctx.organizationId,
      sequence: Number(last?.sequence ?? 0n) + 1,
      id: ctx.ids.next('aud'),
      at: ctx.clock.now().toISOString(),
      actorId: ctx.principal.id,
      actorHandle: ctx.principal.handle,
      action: entry.action,
      subject: entry.subject,
      outcome: entry.outcome,
      requestId: ctx.requestId,
      data: entry.data ?? {},
      previousHash: last?.hash ?? GENESIS_HASH,
    };
    await tx.auditEvent.create({
      data: { ...event, sequence: BigInt(event.sequence), at: new Date(event.at), hash: auditHash(event) },
    });
  }
}
