import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { JobWorkers } from '@rollcall/jobs';
import { DAY_MS } from '@rollcall/kernel';
import type { Logger } from '@rollcall/observability';
import { PrismaService, purgeDispatched } from '@rollcall/persistence';
import { SessionService } from '@rollcall/sessions';
import { SunsetService } from '@rollcall/transitions';
import { LOGGER } from '../logger.token.js';

/** Delivered events are kept this long, to answer what happened. */
const OUTBOX_RETENTION_MS = 30 * DAY_MS;

/** What happens because time passes. */
@Injectable()
export class LifecycleProcessor implements OnApplicationBootstrap {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly workers: JobWorkers,
    private readonly sunsets: SunsetService,
    private readonly prisma: PrismaService,
    private readonly sessions: SessionService,
    private readonly runtime: Runtime,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.workers.start({
      queue: 'lifecycle',
      handlers: {
        'lifecycle.sweep': () => this.sweep(),
        'outbox.purge': () => this.purge(),
        'sessions.purge': () => this.purgeSessions(),
      },
      onFailure: (failure) => this.logger.error({ ...failure, err: failure.error }, 'lifecycle job failed'),
      onError: (error) => this.logger.warn({ err: error }, 'lifecycle queue trouble'),
    });
  }

  private async sweep(): Promise<void> {
    const now = this.runtime.clock.now();
    const { ended, announced } = await this.sunsets.sweep(
      (organizationId) => this.runtime.systemContext(organizationId),
      now,
    );
    if (ended.length > 0) this.logger.info({ versions: ended }, 'decommissioned after their sunset');
    if (announced > 0) this.logger.info({ announced }, 'announced sunsets');
  }

  private async purge(): Promise<void> {
    await purgeDispatched(this.prisma, new Date(Date.now() - OUTBOX_RETENTION_MS));
  }

  private async purgeSessions(): Promise<void> {
    const count = await this.sessions.purge();
    if (count > 0) this.logger.info({ sessions: count }, 'deleted sessions that are over');
  }
}
