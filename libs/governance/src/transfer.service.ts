import { Injectable } from '@nestjs/common';
import { AccessService, AccessStore } from '@rollcall/access';
import { decodeCursor, encodeCursor, notFound, type RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner, withAdvisoryLock } from '@rollcall/persistence';
import { ServerCatalog, type ServerRef } from '@rollcall/registry';
import { invalidCursor, reasonRequired, transferRefused } from './governance.errors.js';
import { type TransferDecision, TransferRecords, type TransferRow } from './transfer.records.prisma.js';

export type { TransferRow } from './transfer.records.prisma.js';

/** Gives servers to other teams: one side offers, the other accepts. Grants of agents stay what they are. */
@Injectable()
export class TransferService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly teams: AccessStore,
    private readonly catalog: ServerCatalog,
    private readonly transactions: TransactionRunner,
    private readonly records: TransferRecords,
  ) {}

  /** Offers a server. `direct` accepts it in the same step, for those who may accept for the other team as well. */
  async request(
    ctx: RequestContext,
    input: { server: ServerRef; toTeam: string; reason: string; direct?: boolean | null },
  ): Promise<TransferRow> {
    const server = await this.catalog.server(ctx, input.server, 'server.transfer');
    if (!input.reason.trim()) throw reasonRequired();
    const to = await this.teams.team(ctx.organizationId, input.toTeam);
    if (!to) throw notFound('team', input.toTeam);
    if (to.id === server.teamId) {
      throw transferRefused(`${server.name} belongs to ${input.toTeam} already.`, 'Name another team.');
    }
    if (input.direct) await this.access.authorize(ctx, 'server.receive', to.id);
    await this.assertManned(to.id, input.toTeam);
    const offer = { serverId: server.id, fromTeamId: server.teamId, toTeamId: to.id, reason: input.reason };
    const names = await this.records.names(ctx.organizationId, offer);
    return this.transactions.run(async (tx) => {
      await withAdvisoryLock(tx, `server:${server.id}`);
      const row = await this.records.open(tx, ctx, { ...offer, names });
      if (!row)
        throw transferRefused('Another transfer of this server is pending.', 'Accept, decline or cancel it first.');
      if (!input.direct) return row;
      const decision = { status: 'accepted', reason: null } as const;
      return (await this.records.decide(tx, ctx, { id: row.id, decision, names })) ?? row;
    });
  }

  /** Accepts an offer for the receiving team. */
  async accept(ctx: RequestContext, id: string): Promise<TransferRow> {
    return this.decide(ctx, id, { status: 'accepted', reason: null });
  }

  /** Declines it, for the receiving team. */
  async decline(ctx: RequestContext, id: string, reason: string): Promise<TransferRow> {
    if (!reason.trim()) throw reasonRequired();
    return this.decide(ctx, id, { status: 'declined', reason });
  }

  /** Takes it back, for the offering team. */
  async cancel(ctx: RequestContext, id: string): Promise<TransferRow> {
    return this.decide(ctx, id, { status: 'cancelled', reason: null });
  }

  /** Transfers of the caller's teams, newest first. */
  async page(ctx: RequestContext, query: { first: number; after?: string | null; pending?: boolean | null }) {
    const visible = await this.access.visibility(ctx, 'server.read');
    const take = Math.min(Math.max(query.first, 1), 100);
    const rows = await this.records.page(ctx.organizationId, {
      teamIds: visible.all ? null : visible.teamIds,
      take: take + 1,
      before: query.after ? idOf(query.after) : null,
      pending: query.pending ?? false,
    });
    const items = rows.slice(0, take);
    const last = items.at(-1);
    return { items, next: rows.length > take && last ? encodeCursor([last.id]) : null };
  }

  private async decide(ctx: RequestContext, id: string, decision: TransferDecision): Promise<TransferRow> {
    const row = await this.visible(ctx, id);
    if (decision.status === 'cancelled') await this.access.authorize(ctx, 'server.transfer', row.fromTeamId);
    else await this.access.authorize(ctx, 'server.receive', row.toTeamId);
    const names = await this.records.names(ctx.organizationId, row);
    if (decision.status === 'accepted') await this.assertManned(row.toTeamId, names.to);
    return this.transactions.run(async (tx) => {
      await withAdvisoryLock(tx, `server:${row.serverId}`);
      const decided = await this.records.decide(tx, ctx, { id, decision, names });
      if (!decided) throw transferRefused('This transfer was decided already.', 'Ask for the list of transfers.');
      return decided;
    });
  }

  private async visible(ctx: RequestContext, id: string): Promise<TransferRow> {
    const row = await this.records.find(ctx.organizationId, id);
    const scope = await this.access.visibility(ctx, 'server.read');
    const mine = row && (scope.all || [row.fromTeamId, row.toTeamId].some((team) => scope.teamIds.includes(team)));
    if (!row || !mine) throw notFound('transfer', id);
    return row;
  }

  /** A server always has somebody who answers for it. */
  private async assertManned(teamId: string, slug: string): Promise<void> {
    const members = await this.prisma.teamMember.count({ where: { teamId, principal: { disabledAt: null } } });
    if (members === 0) throw transferRefused(`Nobody is in the team ${slug}.`, 'Add somebody to the team first.');
  }
}

function idOf(cursor: string): string {
  const key = decodeCursor(cursor, 1);
  if (!key.ok) throw invalidCursor();
  return key.value[0] ?? '';
}
