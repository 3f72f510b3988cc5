import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import { digestOf } from '@rollcall/contract';
import { type ExpectationDocument, plainDocument } from '@rollcall/expectations';
import type { RequestContext } from '@rollcall/kernel';
import { Outbox, TransactionRunner, type Tx } from '@rollcall/persistence';
import { EXPECTATION_PUBLISHED } from './consumers.events.js';

/** Writes what agents rely on: a revision, its servers, its audit line and its event in one transaction. */
@Injectable()
export class ExpectationRecords {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** Puts a document in force; the one that is in force already changes nothing. */
  publish(ctx: RequestContext, agent: { id: string; slug: string }, document: ExpectationDocument) {
    const plain = plainDocument(document);
    const digest = digestOf(plain);
    return this.transactions.run(async (tx) => {
      // one after the other: the revision counts
      await tx.$queryRaw`SELECT id FROM agents WHERE id = ${agent.id} FOR UPDATE`;
      const known = await tx.expectationSet.findFirst({
        where: { agentId: agent.id, organizationId: ctx.organizationId },
        orderBy: { revision: 'desc' },
      });
      if (known?.digest === digest) return { set: known, isNew: false };
      const { organizationId } = ctx;
      const set = await tx.expectationSet.create({
        data: {
          id: ctx.ids.next('exp'),
          organizationId,
          agentId: agent.id,
          revision: (known?.revision ?? 0) + 1,
          digest,
          document: plain,
          publishedBy: ctx.principal.id,
          publishedAt: ctx.clock.now(),
        },
      });
      await this.name(tx, { organizationId, agentId: agent.id, setId: set.id }, document);
      const { revision } = set;
      const data = { revision, digest, servers: [...new Set(document.servers.map((one) => one.server))].slice(0, 100) };
      await this.audit.append(tx, ctx, { action: 'expectation.publish', subject: `agent:${agent.slug}`, data });
      const payload = { agentId: agent.id, setId: set.id, revision };
      await this.outbox.append(tx, { organizationId, topic: EXPECTATION_PUBLISHED, payload });
      return { set, isNew: true };
    });
  }

  private async name(
    tx: Tx,
    set: { organizationId: string; agentId: string; setId: string },
    document: ExpectationDocument,
  ): Promise<void> {
    await tx.expectationServer.deleteMany({ where: { agentId: set.agentId, organizationId: set.organizationId } });
    const names = [...new Set(document.servers.map((one) => one.server))];
    await tx.expectationServer.createMany({ data: names.map((serverName) => ({ ...set, serverName })) });
  }
}
