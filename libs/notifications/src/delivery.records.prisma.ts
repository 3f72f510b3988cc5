import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { DAY_MS, type JsonObject, MINUTE_MS } from '@rollcall/kernel';
import { Outbox, PrismaService, TransactionRunner, type Tx } from '@rollcall/persistence';
import { matchesPattern } from './event.catalogue.js';
import type { RenderedEvent } from './event-renderer.js';
import { WEBHOOK_DISABLED } from './notifications.events.js';

/** Longer than any attempt can take: a claim that old belongs to a process that died. */
const LEASE_MS = MINUTE_MS;
/** Attempts that are kept per delivery, newest last. */
const LOG_LENGTH = 30;
/** In one sweep, so that an endpoint that answers nothing does not stand in the way of others. */
const DUE_PER_ENDPOINT = 20;
/** A webhook that failed for so long without one success is disabled. */
export const DISABLED_AFTER_MS = 5 * DAY_MS;

/** A delivery that waits for its next attempt; `attempts` says which one that is. */
export type DueDelivery = { id: string; organizationId: string; attempts: number };

/** What is kept of one attempt. */
export type AttemptEntry = { at: string; durationMs: number; status: number | null; error: string | null };

/** A delivery in hand, with its event and endpoint. */
export type ClaimedDelivery = NonNullable<Awaited<ReturnType<DeliveryRecords['claim']>>>;

/** Rows of events and deliveries. */
@Injectable()
export class DeliveryRecords {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
    private readonly runtime: Runtime,
  ) {}

  /** Stores an event and one delivery per endpoint that subscribes to it, in one transaction; again changes nothing. */
  fanOut(id: string, organizationId: string, event: RenderedEvent): Promise<DueDelivery[]> {
    return this.transactions.run(async (tx) => {
      const candidates = await tx.webhookEndpoint.findMany({
        where: {
          organizationId,
          enabled: true,
          OR: [{ teamId: null }, ...(event.teamId ? [{ teamId: event.teamId }] : [])],
        },
        orderBy: { id: 'asc' },
      });
      const endpoints = candidates.filter((one) => one.events.some((pattern) => matchesPattern(event.type, pattern)));
      if (endpoints.length === 0) return [];
      await this.store(
        tx,
        { id, organizationId, event },
        endpoints.map((one) => one.id),
      );
      const waiting = { organizationId, eventId: id, status: 'pending', attempts: 0 };
      return tx.webhookDelivery.findMany({
        where: waiting,
        select: { id: true, organizationId: true, attempts: true },
        orderBy: { id: 'asc' },
      });
    });
  }

  /** Stores an event and its deliveries to these endpoints; what is there stays as it is. */
  async store(
    tx: Tx,
    { id, organizationId, event }: { id: string; organizationId: string; event: RenderedEvent },
    endpointIds: readonly string[],
  ): Promise<void> {
    const now = this.runtime.clock.now();
    await tx.webhookEvent.createMany({ data: [{ id, organizationId, ...event }], skipDuplicates: true });
    await tx.webhookDelivery.createMany({
      data: endpointIds.map((endpointId) => ({
        id: this.runtime.ids.next('dlv'),
        organizationId,
        endpointId,
        eventId: id,
        status: 'pending',
        nextAttemptAt: now,
        log: [],
        createdAt: now,
      })),
      skipDuplicates: true,
    });
  }

  /** Whose time has come and nobody holds, oldest first, a few of each endpoint. */
  due(now: Date, limit: number): Promise<DueDelivery[]> {
    return this.prisma.$queryRaw<DueDelivery[]>`
      SELECT id, organization_id AS "organizationId", attempts FROM (
        SELECT id, organization_id, attempts, next_attempt_at,
               row_number() OVER (PARTITION BY endpoint_id ORDER BY next_attempt_at, id) AS place
        FROM webhook_deliveries
        WHERE status = 'pending' AND next_attempt_at <= ${now} AND (leased_until IS NULL OR leased_until <= ${now})) AS waiting
      WHERE place <= ${DUE_PER_ENDPOINT} ORDER BY next_attempt_at, id LIMIT ${limit}`;
  }

  /** Takes attempt number `attempts + 1`. Null when somebody else took it: of any number of callers one gets it. */
  async claim(due: DueDelivery, now: Date) {
    const { count } = await this.prisma.webhookDelivery.updateMany({
      where: { id: due.id, organizationId: due.organizationId, status: 'pending', attempts: due.attempts },
      data: { attempts: { increment: 1 }, leasedUntil: new Date(now.getTime() + LEASE_MS) },
    });
    if (count === 0) return null;
    return this.prisma.webhookDelivery.findUnique({ where: { id: due.id }, include: { endpoint: true, event: true } });
  }

  /** Marks a success; a late one counts too, unless the delivery is over. */
  async succeeded(delivery: ClaimedDelivery, entry: AttemptEntry, excerpt: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      await tx.webhookDelivery.updateMany({
        where: { id: delivery.id, status: 'pending' },
        data: {
          status: 'delivered',
          deliveredAt: this.runtime.clock.now(),
          nextAttemptAt: null,
          ...outcomeOf(delivery, entry, excerpt),
        },
      });
      await tx.webhookEndpoint.updateMany({
        where: { id: delivery.endpointId, failingSince: { not: null } },
        data: { failingSince: null },
      });
    });
  }

  /** Marks a failure: another attempt at `next`, or dead. Nothing is marked when somebody took the next attempt already. */
  async failed(
    delivery: ClaimedDelivery,
    entry: AttemptEntry,
    then: { next: Date | null; excerpt: string; gone: boolean },
  ): Promise<void> {
    const now = this.runtime.clock.now();
    await this.transactions.run(async (tx) => {
      const { count } = await tx.webhookDelivery.updateMany({
        where: { id: delivery.id, status: 'pending', attempts: delivery.attempts },
        data: {
          status: then.next === null ? 'dead' : 'pending',
          nextAttemptAt: then.next,
          ...outcomeOf(delivery, entry, then.excerpt),
        },
      });
      if (count === 0) return;
      const { endpointId: id } = delivery;
      await tx.webhookEndpoint.updateMany({ where: { id, failingSince: null }, data: { failingSince: now } });
      const reason = then.gone ? 'The endpoint answered 410 Gone.' : await this.failedTooLong(tx, id, now);
      if (reason !== null) await this.disable(tx, delivery, reason);
    });
  }

  /** Ends a delivery without an attempt. */
  async abandoned(delivery: ClaimedDelivery, reason: string): Promise<void> {
    await this.prisma.webhookDelivery.updateMany({
      where: { id: delivery.id, status: 'pending' },
      data: { status: 'dead', nextAttemptAt: null, leasedUntil: null, lastError: reason },
    });
  }

  /** Deletes deliveries of events older than `before` that are over, then events that nothing refers to. */
  async purge(before: Date): Promise<number> {
    const gone = await this.prisma.$executeRaw`
      DELETE FROM webhook_deliveries d USING webhook_events e
      WHERE e.id = d.event_id AND e.occurred_at < ${before} AND d.status <> 'pending'`;
    await this.prisma.$executeRaw`
      DELETE FROM webhook_events e WHERE e.occurred_at < ${before}
        AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.event_id = e.id)`;
    return gone;
  }

  private async failedTooLong(tx: Tx, id: string, now: Date): Promise<string | null> {
    const { failingSince } = await tx.webhookEndpoint.findUniqueOrThrow({ where: { id } });
    const since = now.getTime() - (failingSince ?? now).getTime();
    return since >= DISABLED_AFTER_MS ? 'It failed for five days without one success.' : null;
  }

  private async disable(tx: Tx, delivery: ClaimedDelivery, reason: string): Promise<void> {
    const { organizationId, endpointId: id } = delivery;
    const { count } = await tx.webhookEndpoint.updateMany({
      where: { id, enabled: true },
      data: { enabled: false, disabledReason: reason, updatedAt: this.runtime.clock.now() },
    });
    if (count === 0) return;
    await tx.webhookDelivery.updateMany({
      where: { endpointId: id, status: 'pending' },
      data: { status: 'dead', nextAttemptAt: null, leasedUntil: null, lastError: DISABLED },
    });
    await this.audit.append(tx, this.runtime.systemContext(organizationId), {
      action: 'webhook.manage',
      subject: `webhook:${id}`,
      data: { disabled: reason },
    });
    await this.outbox.append(tx, { organizationId, topic: WEBHOOK_DISABLED, payload: { webhookId: id, reason } });
  }
}

const DISABLED = 'The webhook was disabled.';

function outcomeOf(delivery: ClaimedDelivery, entry: AttemptEntry, excerpt: string) {
  const before = Array.isArray(delivery.log) ? (delivery.log as JsonObject[]) : [];
  return {
    leasedUntil: null,
    lastStatus: entry.status,
    lastError: entry.error?.slice(0, 500) ?? null,
    responseExcerpt: excerpt === '' ? null : excerpt,
    log: [...before, entry].slice(-LOG_LENGTH) as object[],
  };
}
