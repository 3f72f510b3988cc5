import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import { Outbox, PrismaService, type Tx } from '@rollcall/persistence';
import { SERVER_TRANSFER_DECLINED, SERVER_TRANSFER_REQUESTED, SERVER_TRANSFERRED } from './governance.events.js';

/** A transfer as it is stored. */
export type TransferRow = Awaited<ReturnType<PrismaService['serverTransfer']['findUniqueOrThrow']>>;
/** How a transfer ends. */
export type TransferDecision = { status: 'accepted' | 'declined' | 'cancelled'; reason: string | null };
type Names = { server: string; from: string; to: string };

const TOPIC = {
  pending: SERVER_TRANSFER_REQUESTED,
  accepted: SERVER_TRANSFERRED,
  declined: SERVER_TRANSFER_DECLINED,
  cancelled: SERVER_TRANSFER_DECLINED,
} as const;
const ACTION = {
  pending: 'server.transfer',
  accepted: 'server.transfer_accept',
  declined: 'server.transfer_decline',
  cancelled: 'server.transfer_cancel',
} as const;

/** Rows of transfers with the audit line and the event of each change. */
@Injectable()
export class TransferRecords {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  find(organizationId: string, id: string, database: Tx | PrismaService = this.prisma): Promise<TransferRow | null> {
    return database.serverTransfer.findFirst({ where: { id, organizationId } });
  }

  /** Newest first, of these teams on either side; all of them without a list. */
  page(
    organizationId: string,
    query: { teamIds: string[] | null; take: number; before: string | null; pending: boolean },
  ): Promise<TransferRow[]> {
    const { teamIds, take, before, pending } = query;
    return this.prisma.serverTransfer.findMany({
      where: {
        organizationId,
        ...(teamIds ? { OR: [{ fromTeamId: { in: teamIds } }, { toTeamId: { in: teamIds } }] } : {}),
        ...(before ? { id: { lt: before } } : {}),
        ...(pending ? { status: 'pending' } : {}),
      },
      orderBy: { id: 'desc' },
      take,
    });
  }

  /** The names that a person reads. */
  async names(organizationId: string, row: { serverId: string; fromTeamId: string; toTeamId: string }): Promise<Names> {
    const server = await this.prisma.server.findFirst({ where: { id: row.serverId, organizationId } });
    const ids = [row.fromTeamId, row.toTeamId];
    const teams = await this.prisma.team.findMany({ where: { organizationId, id: { in: ids } } });
    const slug = (id: string) => teams.find((one) => one.id === id)?.slug ?? '';
    return { server: server?.name ?? '', from: slug(row.fromTeamId), to: slug(row.toTeamId) };
  }

  /** Null when another transfer of the server is pending. */
  async open(
    tx: Tx,
    ctx: RequestContext,
    {
      serverId,
      fromTeamId,
      toTeamId,
      reason,
      names,
    }: Pick<TransferRow, 'serverId' | 'fromTeamId' | 'toTeamId' | 'reason'> & { names: Names },
  ): Promise<TransferRow | null> {
    if (await tx.serverTransfer.findFirst({ where: { serverId, status: 'pending' } })) return null;
    const row = await tx.serverTransfer.create({
      data: {
        id: ctx.ids.next('trf'),
        organizationId: ctx.organizationId,
        serverId,
        fromTeamId,
        toTeamId,
        reason,
        status: 'pending',
        requestedBy: ctx.principal.id,
        requestedByHandle: ctx.principal.handle,
        requestedAt: ctx.clock.now(),
      },
    });
    await this.record(tx, ctx, row, names);
    return row;
  }

  /** Null when it was decided already. An accepted one gives the server its new owner. */
  async decide(
    tx: Tx,
    ctx: RequestContext,
    { id, decision, names }: { id: string; decision: TransferDecision; names: Names },
  ): Promise<TransferRow | null> {
    const { count } = await tx.serverTransfer.updateMany({
      where: { id, status: 'pending' },
      data: {
        status: decision.status,
        decidedBy: ctx.principal.id,
        decidedByHandle: ctx.principal.handle,
        decidedAt: ctx.clock.now(),
        decisionReason: decision.reason,
      },
    });
    if (count === 0) return null;
    const row = await tx.serverTransfer.findUniqueOrThrow({ where: { id } });
    if (decision.status === 'accepted') {
      const moved = await tx.server.updateMany({
        where: { id: row.serverId, teamId: row.fromTeamId },
        data: { teamId: row.toTeamId },
      });
      // the owner changed another way: an offer of somebody who no longer owns it is worth nothing
      if (moved.count === 0) return null;
    }
    await this.record(tx, ctx, row, names);
    return row;
  }

  private async record(tx: Tx, ctx: RequestContext, row: TransferRow, names: Names): Promise<void> {
    const status = row.status as keyof typeof TOPIC;
    await this.audit.append(tx, ctx, {
      action: ACTION[status],
      subject: `server:${names.server}`,
      data: { transfer: row.id, from: names.from, to: names.to, reason: row.decisionReason ?? row.reason },
    });
    await this.outbox.append(tx, {
      organizationId: ctx.organizationId,
      topic: TOPIC[status],
      payload: { transferId: row.id, serverId: row.serverId, fromTeamId: row.fromTeamId, toTeamId: row.toTeamId },
    });
  }
}
