import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CheckService } from '@rollcall/checks';
import { JobWorkers } from '@rollcall/jobs';
import type { Logger } from '@rollcall/observability';
import { LOGGER } from '../logger.token.js';
import { endAtLastAttempt } from './last-attempt.js';

/** Versions judged against a base. */
@Injectable()
export class ChecksProcessor implements OnApplicationBootstrap {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly workers: JobWorkers,
    private readonly checks: CheckService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.workers.start({
      queue: 'checks',
      handlers: {
        'check.run': ({ checkId }, run) =>
          endAtLastAttempt(
            run,
            () => this.checks.run(checkId),
            () => this.checks.giveUp(checkId),
          ),
      },
      onFailure: (failure) => this.logger.error({ ...failure, err: failure.error }, 'check job failed'),
      onError: (error) => this.logger.warn({ err: error }, 'check queue trouble'),
    });
  }
}
