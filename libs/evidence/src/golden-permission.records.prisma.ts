import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';

/** A permission as it is stored. */
export type GoldenPermissionRow = Awaited<ReturnType<PrismaService['goldenPermission']['findUniqueOrThrow']>>;

type NewPermission = Pick<
  GoldenPermissionRow,
  'serverId' | 'tool' | 'toolDigest' | 'callsDigest' | 'reason' | 'declaredBy' | 'expiresAt'
>;

/** Rows of permissions with the audit line of each change. */
@Injectable()
export class GoldenPermissionRecords {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
  ) {}

  /** Newest first, at most 1000. */
  ofServers(organizationId: string, serverIds: readonly string[]): Promise<GoldenPermissionRow[]> {
    return this.prisma.goldenPermission.findMany({
      where: { organizationId, serverId: { in: [...serverIds] } },
      orderBy: [{ grantedAt: 'desc' }, { id: 'desc' }],
      take: 1000,
    });
  }

  find(organizationId: string, id: string): Promise<GoldenPermissionRow | null> {
    return this.prisma.goldenPermission.findFirst({ where: { id, organizationId } });
  }

  grant(ctx: RequestContext, permission: NewPermission): Promise<GoldenPermissionRow> {
    return this.transactions.run(async (tx) => {
      const row = await tx.goldenPermission.create({
        data: {
          id: ctx.ids.next('gpm'),
          organizationId: ctx.organizationId,
          ...permission,
          grantedBy: ctx.principal.id,
          grantedByHandle: ctx.principal.handle,
          grantedAt: ctx.clock.now(),
        },
      });
      const { id, tool, reason, expiresAt } = row;
      await this.audit.append(tx, ctx, {
        action: 'server.golden_permit',
        subject: `server:${row.serverId}`,
        data: { permission: id, tool, reason, expiresAt: expiresAt.toISOString() },
      });
      return row;
    });
  }

  revoke(ctx: RequestContext, row: GoldenPermissionRow): Promise<GoldenPermissionRow> {
    return this.transactions.run(async (tx) => {
      const data = { revokedAt: ctx.clock.now(), revokedByHandle: ctx.principal.handle };
      const { count } = await tx.goldenPermission.updateMany({ where: { id: row.id, revokedAt: null }, data });
      if (count > 0) {
        await this.audit.append(tx, ctx, {
          action: 'server.golden_permit_revoke',
          subject: `server:${row.serverId}`,
          data: { permission: row.id, tool: row.tool },
        });
      }
      return tx.goldenPermission.findUniqueOrThrow({ where: { id: row.id } });
    });
  }
}
