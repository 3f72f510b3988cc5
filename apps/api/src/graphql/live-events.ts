import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import type { Logger } from '@rollcall/observability';
import { DATABASE_CONFIG, type DatabaseConfig, type Listening, listen } from '@rollcall/persistence';
import { LOGGER } from '../logger.token.js';

/** A domain event as it was committed, by whichever process. */
export type LiveEvent = { organizationId: string; topic: string; payload: JsonObject; at: Date };

/** A watcher that does not read is let go after so many events; it asks again and reads the present state. */
const MAX_WAITING = 1_000;

type Watcher = { organizationId: string; push(event: LiveEvent): void; end(): void };

/** Hears of committed events over one connection and hands them to everybody who watches in this process. */
@Injectable()
export class LiveEvents implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly watchers = new Set<Watcher>();
  private listening: Listening | undefined;

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(DATABASE_CONFIG) private readonly database: DatabaseConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.listening = await listen(this.database.url, 'rollcall_events', {
      onMessage: (text) => this.tell(text),
      // what happened meanwhile is not known: everybody is let go and asks again
      onReconnect: () => this.endAll(),
      onError: (error) => this.logger.warn({ err: error }, 'lost the connection that hears of events'),
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.endAll();
    await this.listening?.close();
  }

  /** Every event of one organization from now on; ends when the watcher falls behind or events may have been missed. */
  async *watch(organizationId: string): AsyncGenerator<LiveEvent> {
    const waiting: LiveEvent[] = [];
    let ended = false;
    let wake = () => {};
    const watcher: Watcher = {
      organizationId,
      push: (event) => {
        if (waiting.length >= MAX_WAITING) ended = true;
        else waiting.push(event);
        wake();
      },
      end: () => {
        ended = true;
        wake();
      },
    };
    this.watchers.add(watcher);
    try {
      while (!ended) {
        const next = waiting.shift();
        if (next) yield next;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      this.watchers.delete(watcher);
    }
  }

  /** How many watch now; for metrics and tests. */
  get watching(): number {
    return this.watchers.size;
  }

  private tell(text: string): void {
    const note: unknown = JSON.parse(text);
    if (!isJsonObject(note) || typeof note['organizationId'] !== 'string') return;
    const event: LiveEvent = {
      organizationId: note['organizationId'],
      topic: String(note['topic']),
      payload: isJsonObject(note['payload']) ? note['payload'] : {},
      at: new Date(String(note['at'])),
    };
    for (const watcher of this.watchers) if (watcher.organizationId === event.organizationId) watcher.push(event);
  }

  private endAll(): void {
    for (const watcher of this.watchers) watcher.end();
  }
}
