import { Injectable } from '@nestjs/common';
import { JobQueue } from '@rollcall/jobs';
import { MINUTE_MS } from '@rollcall/kernel';
import { DeliveryService, type DueDelivery, NoticeService, WEBHOOK_CHANGED } from '@rollcall/notifications';
import type { OutboxEvent } from '@rollcall/persistence';

/** Hears of every domain event, and has told who wants to know. Idempotent by the event's id. */
@Injectable()
export class NotificationsFollower {
  constructor(
    private readonly deliveries: DeliveryService,
    private readonly notices: NoticeService,
    private readonly queue: JobQueue,
  ) {}

  async follow(event: OutboxEvent): Promise<void> {
    await this.notices.follow(event);
    for (const due of await this.deliveries.follow(event)) await this.send(due);
    // a ping or a redelivery is not kept waiting for the sweep
    if (event.topic === WEBHOOK_CHANGED) await this.queue.add('deliveries', 'deliveries.due', {}, { jobId: event.id });
  }

  /**
   * Adds the job of one attempt. The claim decides who makes it, so a second job is harmless; the minute lets the sweep
   * add it again when the first one was lost.
   */
  async send({ id, organizationId, attempts }: DueDelivery): Promise<void> {
    const jobId = `${id}-${attempts}-${Math.floor(Date.now() / MINUTE_MS)}`;
    await this.queue.add('deliveries', 'delivery.send', { organizationId, deliveryId: id, attempts }, { jobId });
  }
}
