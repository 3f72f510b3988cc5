import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { JobQueue } from '@rollcall/jobs';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@rollcall/kernel';
import type { Logger } from '@rollcall/observability';
import { PrismaService } from '@rollcall/persistence';
import { LOGGER } from './logger.token.js';

/** Every schedule of the product. An id names a schedule: starting again, or a second worker, never doubles it. */
@Injectable()
export class Schedules implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly scheduled = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly queue: JobQueue,
    private readonly prisma: PrismaService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.queue.schedule(
      'lifecycle',
      'sunset-sweep',
      { everyMs: 10 * SECOND_MS },
      { name: 'lifecycle.sweep', payload: {} },
    );
    await this.queue.schedule('lifecycle', 'outbox-purge', { everyMs: HOUR_MS }, { name: 'outbox.purge', payload: {} });
    await this.queue.schedule(
      'lifecycle',
      'sessions-purge',
      { everyMs: HOUR_MS },
      { name: 'sessions.purge', payload: {} },
    );
    await this.queue.schedule(
      'discovery',
      'tools-heal',
      { everyMs: 5 * MINUTE_MS },
      { name: 'tools.heal', payload: {} },
    );
    // the probes themselves are the worker's own loop: these keep what it works on
    await this.queue.schedule('probes', 'probe-tick', { everyMs: 10 * SECOND_MS }, { name: 'probe.tick', payload: {} });
    await this.queue.schedule(
      'probes',
      'probe-rollup',
      { everyMs: 10 * MINUTE_MS },
      { name: 'probe.rollup', payload: {} },
    );
    await this.queue.schedule('mirrors', 'mirror-tick', { everyMs: MINUTE_MS }, { name: 'mirror.tick', payload: {} });
    // an unchanged policy is signed again in time, and a lost event is made up for
    await this.queue.schedule(
      'deliveries',
      'deliveries-due',
      { everyMs: 2 * SECOND_MS },
      { name: 'deliveries.due', payload: {} },
    );
    await this.queue.schedule(
      'deliveries',
      'deliveries-purge',
      { everyMs: HOUR_MS },
      { name: 'deliveries.purge', payload: {} },
    );
    await this.forOrganizations();
    // an organization that is made while we run gets its schedules too; saying one again changes nothing
    this.timer = setInterval(() => {
      this.forOrganizations().catch((error: unknown) =>
        this.logger.warn({ err: error }, 'could not look for organizations'),
      );
    }, MINUTE_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** What runs for each organization. */
  async forOrganizations(): Promise<void> {
    for (const { id } of await this.prisma.organization.findMany({ select: { id: true } })) {
      if (this.scheduled.has(id)) continue;
      await this.queue.schedule(
        'bundles',
        `compile-${id}`,
        { everyMs: MINUTE_MS },
        { name: 'bundle.compile', payload: { organizationId: id } },
      );
      await this.queue.schedule(
        'audit',
        `audit-checkpoint-${id}`,
        { everyMs: HOUR_MS },
        { name: 'audit.checkpoint', payload: { organizationId: id } },
      );
      this.scheduled.add(id);
    }
  }
}
