import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { JobQueue, JobWorkers } from '@rollcall/jobs';
import { MirrorWalks } from '@rollcall/mirrors';
import type { Logger } from '@rollcall/observability';
import { LOGGER } from '../logger.token.js';

/** Walks over other registries. */
@Injectable()
export class MirrorsProcessor implements OnApplicationBootstrap {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly workers: JobWorkers,
    private readonly queue: JobQueue,
    private readonly walks: MirrorWalks,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.workers.start({
      queue: 'mirrors',
      handlers: {
        'mirror.tick': () => this.tick(),
        'mirror.walk': ({ sourceId, force }) => this.walk(sourceId, force),
      },
      onFailure: (failure) => this.logger.error({ ...failure, err: failure.error }, 'mirror job failed'),
      onError: (error) => this.logger.warn({ err: error }, 'mirror queue trouble'),
    });
  }

  /** A source that is due is named by its minute: two ticks of one minute, or two workers, ask once. */
  private async tick(): Promise<void> {
    for (const { organizationId, sourceId, slot } of await this.walks.due()) {
      const payload = { organizationId, sourceId, force: false };
      await this.queue.add('mirrors', 'mirror.walk', payload, { jobId: `${sourceId}-${slot}` });
    }
  }

  private async walk(sourceId: string, force: boolean): Promise<void> {
    const done = await this.walks.run(sourceId, force);
    if (done && done.changed > 0) this.logger.info({ source: sourceId, changed: done.changed }, 'mirrored');
  }
}
