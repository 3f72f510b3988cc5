import type { JsonObject } from '@rollcall/kernel';
import { type Listening, listen } from '../listen.js';
import type { PrismaService } from '../prisma.service.js';
import { OUTBOX_CHANNEL } from './outbox.js';

/** One event as it is handed to `publish`; `attempts` counts deliveries, this one included. */
export type OutboxEvent = {
  id: string;
  organizationId: string;
  topic: string;
  payload: JsonObject;
  createdAt: Date;
  attempts: number;
};

/** `publish` must be idempotent by `event.id`. A lease is how long a claimed event stays invisible to other dispatchers. */
export type OutboxDispatcherOptions = {
  prisma: PrismaService;
  /** For the LISTEN connection. */
  url: string;
  publish(event: OutboxEvent): Promise<void>;
  /** A failed publish (with its event) or a failed round (without); for the log. */
  onError?(error: unknown, event?: OutboxEvent): void;
  batchSize?: number;
  leaseMs?: number;
  pollMs?: number;
};

const RETRY_MAX_MS = 5 * 60_000;

/**
 * Delivers outbox events at least once, oldest first per claim; several dispatchers share the work.
 * A crash between publish and mark delivers the event again, with the same id, when the lease runs out.
 */
export class OutboxDispatcher {
  private stopping = false;
  private pending = false;
  private wake: () => void = () => undefined;
  private listening: Listening | undefined;
  private loop: Promise<void> | undefined;

  constructor(private readonly options: OutboxDispatcherOptions) {}

  /** Begins to deliver; rejects when the database cannot be reached. */
  async start(): Promise<void> {
    this.listening = await listen(this.options.url, OUTBOX_CHANNEL, {
      onMessage: () => this.nudge(),
      onReconnect: () => this.nudge(),
      onError: (error) => this.options.onError?.(error),
    });
    this.loop = this.run();
  }

  /** Finishes the event in hand, gives the rest of the batch back, and resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.nudge();
    await this.loop;
    await this.listening?.close();
  }

  /** Delivers what is due now and returns how many events were published. */
  async dispatchDue(): Promise<number> {
    let published = 0;
    for (let batch = await this.claim(); batch.length > 0; batch = this.stopping ? [] : await this.claim()) {
      for (const [index, event] of batch.entries()) {
        if (this.stopping) {
          await this.giveBack(batch.slice(index));
          return published;
        }
        if (await this.deliver(event)) published++;
      }
    }
    return published;
  }

  private nudge(): void {
    this.pending = true;
    this.wake();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.pending = false;
      try {
        await this.dispatchDue();
      } catch (error) {
        this.options.onError?.(error); // the database is away: the next poll tries again
      }
      await this.idle();
    }
  }

  /** Until a notification, or the slow poll that finds expired leases and lost notifications. */
  private idle(): Promise<void> {
    if (this.pending || this.stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.options.pollMs ?? 5_000);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async deliver(event: OutboxEvent): Promise<boolean> {
    try {
      await this.options.publish(event);
    } catch (error) {
      this.options.onError?.(error, event);
      await this.postpone(event);
      return false;
    }
    await this.options.prisma.$executeRaw`UPDATE outbox SET dispatched_at = now() WHERE id = ${event.id}`;
    return true;
  }

  private async claim(): Promise<OutboxEvent[]> {
    const lease = this.options.leaseMs ?? 30_000;
    const rows = await this.options.prisma.$queryRaw<OutboxEvent[]>`
      UPDATE outbox SET attempts = attempts + 1, available_at = now() + ${lease}::float8 * interval '1 millisecond'
      WHERE id IN (
        SELECT id FROM outbox WHERE dispatched_at IS NULL AND available_at <= now()
        ORDER BY available_at, id LIMIT ${this.options.batchSize ?? 50} FOR UPDATE SKIP LOCKED)
      RETURNING id, organization_id AS "organizationId", topic, payload, created_at AS "createdAt", attempts`;
    return rows.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
  }

  private async postpone(event: OutboxEvent): Promise<void> {
    const delay = Math.min(1_000 * 2 ** Math.min(event.attempts, 12), RETRY_MAX_MS) * (0.5 + Math.random() / 2);
    await this.options.prisma.$executeRaw`
      UPDATE outbox SET available_at = now() + ${delay}::float8 * interval '1 millisecond' WHERE id = ${event.id}`;
  }

  private async giveBack(events: OutboxEvent[]): Promise<void> {
    const ids = events.map((event) => event.id);
    await this.options.prisma.$executeRaw`
      UPDATE outbox SET available_at = now(), attempts = attempts - 1 WHERE id = ANY(${ids}) AND dispatched_at IS NULL`;
  }
}

/** Deletes events dispatched before `before`; returns how many. Undelivered events are never deleted. */
export async function purgeDispatched(prisma: PrismaService, before: Date): Promise<number> {
  return prisma.$executeRaw`DELETE FROM outbox WHERE dispatched_at < ${before}`;
}
