import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { JsonObject, RequestContext } from '@rollcall/kernel';
import {
  Outbox,
  type Prisma,
  PrismaService,
  TransactionRunner,
  type Tx,
  type WebhookEndpoint,
  withAdvisoryLock,
} from '@rollcall/persistence';
import { DeliveryRecords } from './delivery.records.prisma.js';
import type { RenderedEvent } from './event-renderer.js';
import { deliveryPending, webhookLimit } from './notifications.errors.js';
import { WEBHOOK_CHANGED } from './notifications.events.js';

const MAX_WEBHOOKS = 100;

/** Rows of webhooks, each change with its audit line and its event. */
@Injectable()
export class WebhookRecords {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
    private readonly deliveries: DeliveryRecords,
  ) {}

  find(organizationId: string, id: string): Promise<WebhookEndpoint | null> {
    return this.prisma.webhookEndpoint.findFirst({ where: { id, organizationId } });
  }

  create(ctx: RequestContext, data: Prisma.WebhookEndpointUncheckedCreateInput): Promise<WebhookEndpoint> {
    return this.transactions.run(async (tx) => {
      await withAdvisoryLock(tx, `webhooks:${ctx.organizationId}`);
      const count = await tx.webhookEndpoint.count({ where: { organizationId: ctx.organizationId } });
      if (count >= MAX_WEBHOOKS) throw webhookLimit(MAX_WEBHOOKS);
      const row = await tx.webhookEndpoint.create({ data });
      await this.announce(tx, ctx, row.id, { created: { kind: row.kind, address: row.address, events: row.events } });
      return row;
    });
  }

  update(
    ctx: RequestContext,
    id: string,
    change: { data: Prisma.WebhookEndpointUncheckedUpdateInput; audit: JsonObject },
  ): Promise<WebhookEndpoint> {
    return this.transactions.run(async (tx) => {
      const data = { ...change.data, updatedAt: ctx.clock.now() };
      const row = await tx.webhookEndpoint.update({ where: { id, organizationId: ctx.organizationId }, data });
      await this.announce(tx, ctx, id, change.audit);
      return row;
    });
  }

  async delete(ctx: RequestContext, id: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      const { count } = await tx.webhookEndpoint.deleteMany({ where: { id, organizationId: ctx.organizationId } });
      if (count > 0) await this.announce(tx, ctx, id, { deleted: true });
    });
  }

  /** One event for one webhook; returns the id of its delivery. */
  async ping(ctx: RequestContext, webhookId: string, event: RenderedEvent): Promise<string> {
    const { organizationId } = ctx;
    const id = ctx.ids.next('evt');
    await this.transactions.run(async (tx) => {
      await this.deliveries.store(tx, { id, organizationId, event }, [webhookId]);
      await this.announce(tx, ctx, webhookId, { ping: id });
    });
    const where = { endpointId_eventId: { endpointId: webhookId, eventId: id } };
    return (await this.prisma.webhookDelivery.findUniqueOrThrow({ where })).id;
  }

  /** Begins a new round for one delivery that is over. */
  async redeliver(ctx: RequestContext, delivery: { id: string; endpointId: string }): Promise<void> {
    const due = ctx.clock.now();
    await this.transactions.run(async (tx) => {
      const count = await tx.$executeRaw`
        UPDATE webhook_deliveries SET status = 'pending', next_attempt_at = ${due}, delivered_at = NULL, leased_until = NULL, round_start = attempts
        WHERE id = ${delivery.id} AND organization_id = ${ctx.organizationId} AND status <> 'pending'`;
      if (count === 0) throw deliveryPending();
      await this.announce(tx, ctx, delivery.endpointId, { redelivered: delivery.id });
    });
  }

  /** Begins a new round for every dead delivery of a webhook; returns how many. */
  redeliverDead(ctx: RequestContext, endpointId: string): Promise<number> {
    const due = ctx.clock.now();
    return this.transactions.run(async (tx) => {
      const count = await tx.$executeRaw`
        UPDATE webhook_deliveries SET status = 'pending', next_attempt_at = ${due}, leased_until = NULL, round_start = attempts
        WHERE endpoint_id = ${endpointId} AND organization_id = ${ctx.organizationId} AND status = 'dead'`;
      if (count > 0) await this.announce(tx, ctx, endpointId, { redelivered: count });
      return count;
    });
  }

  private async announce(tx: Tx, ctx: RequestContext, webhookId: string, data: JsonObject): Promise<void> {
    const { organizationId } = ctx;
    await this.audit.append(tx, ctx, { action: 'webhook.manage', subject: `webhook:${webhookId}`, data });
    await this.outbox.append(tx, { organizationId, topic: WEBHOOK_CHANGED, payload: { webhookId } });
  }
}
