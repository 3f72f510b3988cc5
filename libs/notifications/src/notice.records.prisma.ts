import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import { Outbox, type Prisma, PrismaService, TransactionRunner } from '@rollcall/persistence';
import type { NoticeDraft } from './notice.js';
import { NOTICE_CREATED, NOTICE_READ } from './notifications.events.js';
import { before, pageOf, pageSize } from './webhook.read-model.prisma.js';

type Filter = {
  first: number;
  after?: string | null;
  team?: string | null;
  agent?: string | null;
  kind?: string | null;
  unread?: boolean | null;
};

/** Rows of notices. */
@Injectable()
export class NoticeRecords {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** Writes those that were not written before, each with its event; returns how many that are. */
  create(organizationId: string, drafts: (NoticeDraft & { id: string; createdAt: Date })[]): Promise<number> {
    if (drafts.length === 0) return Promise.resolve(0);
    return this.transactions.run(async (tx) => {
      const created = await tx.notice.createManyAndReturn({
        data: drafts.map((draft) => ({ ...draft, organizationId, data: draft.data as Prisma.InputJsonObject })),
        skipDuplicates: true,
        select: { id: true },
      });
      for (const { id } of created) {
        await this.outbox.append(tx, { organizationId, topic: NOTICE_CREATED, payload: { noticeId: id } });
      }
      return created.length;
    });
  }

  find(organizationId: string, id: string) {
    return this.prisma.notice.findFirst({ where: { id, organizationId } });
  }

  async page(organizationId: string, scope: { teamId?: { in: string[] } }, query: Filter) {
    const take = pageSize(query.first);
    const filters: Prisma.NoticeWhereInput[] = [{ organizationId, ...scope }];
    if (query.team) filters.push({ teamId: await this.idOf('team', organizationId, query.team) });
    if (query.agent) filters.push({ agentId: await this.idOf('agent', organizationId, query.agent) });
    if (query.kind) filters.push({ kind: query.kind });
    if (query.unread != null) filters.push({ readAt: query.unread ? null : { not: null } });
    if (query.after) filters.push(before(query.after));
    const rows = await this.prisma.notice.findMany({
      where: { AND: filters },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: take + 1,
    });
    return pageOf(rows, take, (row) => [row.createdAt.toISOString(), row.id]);
  }

  markRead(ctx: RequestContext, id: string) {
    const { organizationId } = ctx;
    return this.transactions.run(async (tx) => {
      await tx.notice.updateMany({
        where: { id, organizationId, readAt: null },
        data: { readAt: ctx.clock.now(), readBy: ctx.principal.id },
      });
      await this.audit.append(tx, ctx, { action: 'notice.read', subject: `notice:${id}` });
      await this.outbox.append(tx, { organizationId, topic: NOTICE_READ, payload: { noticeId: id } });
      return tx.notice.findUniqueOrThrow({ where: { id } });
    });
  }

  /** An unknown name filters everything away: it is not told apart from one that has nothing. */
  private async idOf(kind: 'team' | 'agent', organizationId: string, slug: string): Promise<string> {
    const where = { organizationId_slug: { organizationId, slug } };
    const row =
      kind === 'team' ? await this.prisma.team.findUnique({ where }) : await this.prisma.agent.findUnique({ where });
    return row?.id ?? '';
  }
}
