import { Injectable } from '@nestjs/common';
import type { RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner, withAdvisoryLock } from '@rollcall/persistence';
import { AuditLog } from './audit-log.js';

/** No organization may forget faster, whatever its policy says. The database holds to it too. */
export const MINIMUM_RETENTION_DAYS = 90;

/** What went: everything up to and with `through`, whose checkpoint is what the rest goes on from. */
export type Pruning = { through: number; hash: string; pruned: number };

/** Forgets what an organization's policy allows to forget. */
@Injectable()
export class AuditRetention {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly log: AuditLog,
  ) {}

  /** Deletes up to the newest checkpoint older than the organization's retention; null when nothing went. For jobs. */
  async prune(ctx: RequestContext): Promise<Pruning | null> {
    const days = await this.retentionDays(ctx.organizationId);
    if (days === null) return null;
    return this.transactions.run(
      async (tx) => {
        await withAdvisoryLock(tx, `audit:${ctx.organizationId}`);
        const rows = await tx.$queryRaw<{ through: bigint; hash: string; pruned: bigint }[]>`
          SELECT * FROM prune_audit_events(${ctx.organizationId}, ${days}::int)`;
        const [row] = rows;
        if (!row) return null;
        const pruning = { through: Number(row.through), hash: row.hash, pruned: Number(row.pruned) };
        const data = { ...pruning, retentionDays: days };
        await this.log.append(tx, ctx, { action: 'audit.prune', subject: 'audit', data });
        return pruning;
      },
      { timeoutMs: 120_000 },
    );
  }

  private async retentionDays(organizationId: string): Promise<number | null> {
    const { policy } = await this.prisma.organization.findUniqueOrThrow({ where: { id: organizationId } });
    const days = (policy as Record<string, unknown> | null)?.['auditRetentionDays'];
    return typeof days === 'number' && Number.isInteger(days) ? Math.max(days, MINIMUM_RETENTION_DAYS) : null;
  }
}
