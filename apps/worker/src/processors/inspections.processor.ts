import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InspectionService } from '@rollcall/inspections';
import { JobWorkers } from '@rollcall/jobs';
import type { Logger } from '@rollcall/observability';
import { LOGGER } from '../logger.token.js';
import { endAtLastAttempt } from './last-attempt.js';

/** Connections to live servers. */
@Injectable()
export class InspectionsProcessor implements OnApplicationBootstrap {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly workers: JobWorkers,
    private readonly inspections: InspectionService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.workers.start({
      queue: 'inspections',
      handlers: {
        'inspection.run': ({ inspectionId }, run) =>
          endAtLastAttempt(
            run,
            () => this.inspections.run(inspectionId),
            () => this.inspections.giveUp(inspectionId),
          ),
      },
      onFailure: (failure) => this.logger.error({ ...failure, err: failure.error }, 'inspection job failed'),
      onError: (error) => this.logger.warn({ err: error }, 'inspection queue trouble'),
    });
  }
}
