import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ToolIndexService } from '@rollcall/discovery';
import { JobWorkers } from '@rollcall/jobs';
import type { Logger } from '@rollcall/observability';
import { LOGGER } from '../logger.token.js';

/** Keeps the index of tools. */
@Injectable()
export class DiscoveryProcessor implements OnApplicationBootstrap {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly workers: JobWorkers,
    private readonly index: ToolIndexService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.workers.start({
      queue: 'discovery',
      handlers: {
        'tools.index': async ({ versionId }) => void (await this.index.index(versionId)),
        'tools.heal': () => this.heal(),
      },
      onFailure: (failure) => this.logger.error({ ...failure, err: failure.error }, 'discovery job failed'),
      onError: (error) => this.logger.warn({ err: error }, 'discovery queue trouble'),
    });
  }

  private async heal(): Promise<void> {
    const mended = await this.index.heal();
    if (mended > 0) this.logger.info({ versions: mended }, 'indexed tools of versions whose event was missed');
  }
}
