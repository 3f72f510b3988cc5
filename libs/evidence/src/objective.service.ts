import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import { ServerCatalog, type ServerRef } from '@rollcall/registry';
import { type Objective, objectiveProblem } from './objective.js';

/** An objective as it is stored. */
export type ObjectiveRow = Awaited<ReturnType<PrismaService['serviceObjective']['findUniqueOrThrow']>>;

/** Says how good a server has to be. */
@Injectable()
export class ObjectiveService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly catalog: ServerCatalog,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
  ) {}

  /** Sets it, or sets it anew; earlier ones are in the audit log. */
  async set(ctx: RequestContext, input: { server: ServerRef } & Objective): Promise<ObjectiveRow> {
    const server = await this.catalog.server(ctx, input.server, 'objective.set');
    const { availability, latencyP95Ms, windowDays } = input;
    const objective = { availability, latencyP95Ms, windowDays };
    const problem = objectiveProblem(objective);
    if (problem) throw problem;
    const by = { setByHandle: ctx.principal.handle, setAt: ctx.clock.now() };
    const { organizationId } = ctx;
    return this.transactions.run(async (tx) => {
      const row = await tx.serviceObjective.upsert({
        where: { serverId: server.id },
        create: { id: ctx.ids.next('slo'), organizationId, serverId: server.id, ...objective, ...by },
        update: { ...objective, ...by },
      });
      await this.audit.append(tx, ctx, {
        action: 'server.objective',
        subject: `server:${server.name}`,
        data: objective,
      });
      return row;
    });
  }

  /** By server. */
  async ofServers(organizationId: string, serverIds: readonly string[]): Promise<Map<string, ObjectiveRow>> {
    const where = { organizationId, serverId: { in: [...serverIds] } };
    const rows = await this.prisma.serviceObjective.findMany({ where });
    return new Map(rows.map((row) => [row.serverId, row]));
  }
}
