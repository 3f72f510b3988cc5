import { Injectable } from '@nestjs/common';
import type { JsonObject, RequestContext } from '@rollcall/kernel';
import { type AuditEvent, PrismaService, TransactionRunner, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { auditHash, type ChainedAuditEvent, GENESIS_HASH } from '@rollcall/schema';

/** What happened, in one line. `subject` names the thing: `server:com.acme/x`, `version:com.acme/x@1.0.0`. */
export type AuditEntry = { action: string; subject: string; data?: JsonObject };

/** Which events: by exact subject, action, outcome (`done`, `denied`) and actor (id or handle), by time, within a stretch of the chain. */
export type AuditQuery = {
  take: number;
  afterSequence?: bigint;
  beforeSequence?: bigint;
  newestFirst?: boolean;
  subject?: string;
  action?: string;
  /** The beginning of the action's name: `version.` */
  actionPrefix?: string;
  actor?: string;
  outcome?: string;
  /** Both ends belong to it. */
  from?: Date;
  to?: Date;
};

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

  /** A page of the chain: in its own order from after a sequence, or newest first from before one. */
  async page(organizationId: string, query: AuditQuery) {
    const { actionPrefix, newestFirst = false, ...exact } = query;
    const { actor, subject, action, outcome } = exact;
    return this.prisma.auditEvent.findMany({
      where: {
        organizationId,
        sequence: {
          ...(query.afterSequence === undefined ? {} : { gt: query.afterSequence }),
          ...(query.beforeSequence === undefined ? {} : { lt: query.beforeSequence }),
        },
        ...(subject === undefined ? {} : { subject }),
        ...(outcome === undefined ? {} : { outcome }),
        ...(actor === undefined ? {} : { OR: [{ actorId: actor }, { actorHandle: actor }] }),
        ...(action === undefined ? {} : { action }),
        ...(actionPrefix === undefined ? {} : { AND: [{ action: { startsWith: actionPrefix } }] }),
        ...(query.from || query.to
          ? { at: { ...(query.from ? { gte: query.from } : {}), ...(query.to ? { lte: query.to } : {}) } }
          : {}),
      },
      orderBy: { sequence: newestFirst ? 'desc' : 'asc' },
      take: query.take,
    });
  }

  private async write(tx: Tx, ctx: RequestContext, entry: AuditEntry & { outcome: 'done' | 'denied' }): Promise<void> {
    // one writer at a time per organization, or two events would follow the same predecessor
    await withAdvisoryLock(tx, `audit:${ctx.organizationId}`);
    const last = await tx.auditEvent.findFirst({
      where: { organizationId: ctx.organizationId },
      orderBy: { sequence: 'desc' },
      select: { sequence: true, hash: true },
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

/** A stored event as it was sealed. */
export function toChainedEvent(row: AuditEvent): ChainedAuditEvent {
  return {
    organizationId: row.organizationId,
    sequence: Number(row.sequence),
    id: row.id,
    at: row.at.toISOString(),
    actorId: row.actorId,
    actorHandle: row.actorHandle,
    action: row.action,
    subject: row.subject,
    outcome: row.outcome,
    requestId: row.requestId,
    data: row.data as JsonObject,
    previousHash: row.previousHash,
    hash: row.hash,
  };
}
