import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ConformanceRunner, GoldenRunner } from '@rollcall/evidence';
import { JobWorkers } from '@rollcall/jobs';
import type { Logger } from '@rollcall/observability';
import { LOGGER } from '../logger.token.js';
import { endAtLastAttempt } from './last-attempt.js';

/** Golden calls and conformance runs. */
@Injectable()
export class EvidenceProcessor implements OnApplicationBootstrap {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly workers: JobWorkers,
    private readonly golden: GoldenRunner,
    private readonly conformance: ConformanceRunner,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.workers.start({
      queue: 'evidence',
      handlers: {
        'golden.run': ({ runId }, run) =>
          endAtLastAttempt(
            run,
            () => this.golden.run(runId),
            () => this.golden.giveUp(runId),
          ),
        'conformance.run': ({ runId }, run) =>
          endAtLastAttempt(
            run,
            () => this.conformance.run(runId),
            () => this.conformance.giveUp(runId),
          ),
      },
      onFailure: (failure) => this.logger.error({ ...failure, err: failure.error }, 'evidence job failed'),
      onError: (error) => this.logger.warn({ err: error }, 'evidence queue trouble'),
    });
  }
}
