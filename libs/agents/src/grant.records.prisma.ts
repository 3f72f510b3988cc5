import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import { Outbox, TransactionRunner } from '@rollcall/persistence';
import { policyChanged } from '@rollcall/registry';

type NewGrant = {
  agent: { id: string; slug: string };
  server: { id: string; name: string };
  environment: { id: string; name: string };
  versions: string;
  tools: string[];
};

/** Rows of grants, each with its audit line and its event. */
@Injectable()
export class GrantRecords {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  create(ctx: RequestContext, grant: NewGrant) {
    const { agent, server, environment, versions, tools } = grant;
    return this.transactions.run(async (tx) => {
      const row = await tx.grant.create({
        data: {
          id: ctx.ids.next('grt'),
          organizationId: ctx.organizationId,
          agentId: agent.id,
          serverId: server.id,
          environmentId: environment.id,
          versions,
          tools,
          grantedBy: ctx.principal.id,
          grantedAt: ctx.clock.now(),
        },
      });
      await this.audit.append(tx, ctx, {
        action: 'grant.create',
        subject: `agent:${agent.slug}`,
        data: { grant: row.id, server: server.name, environment: environment.name, versions, tools },
      });
      await this.outbox.append(tx, policyChanged(ctx.organizationId));
      return row;
    });
  }

  revoke(ctx: RequestContext, id: string, reason: string) {
    return this.transactions.run(async (tx) => {
      const row = await tx.grant.update({ where: { id }, data: { revokedAt: ctx.clock.now() } });
      await this.audit.append(tx, ctx, { action: 'grant.revoke', subject: `grant:${id}`, data: { reason } });
      await this.outbox.append(tx, policyChanged(ctx.organizationId));
      return row;
    });
  }
}
