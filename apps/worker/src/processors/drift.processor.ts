import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DriftService } from '@rollcall/drift';
import { JobWorkers } from '@rollcall/jobs';
import type { Logger } from '@rollcall/observability';
import { LOGGER } from '../logger.token.js';

/** What runs against what was approved. */
@Injectable()
export class DriftProcessor implements OnApplicationBootstrap {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly workers: JobWorkers,
    private readonly drift: DriftService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.workers.start({
      queue: 'drift',
      handlers: { 'drift.observe': ({ organizationId: _, ...sighting }) => this.drift.observe(sighting) },
      onFailure: (failure) => this.logger.error({ ...failure, err: failure.error }, 'drift job failed'),
      onError: (error) => this.logger.warn({ err: error }, 'drift queue trouble'),
    });
  }
}
