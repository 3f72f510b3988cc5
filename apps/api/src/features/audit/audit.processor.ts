import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { AuditCheckpoints, AuditRetention } from '@rollcall/audit';
import { JobWorkers } from '@rollcall/jobs';
import type { Logger } from '@rollcall/observability';
import { inOrganization } from '@rollcall/persistence';
import { LOGGER } from '../../logger.token.js';

/** Signs the audit chain every hour and forgets what may be forgotten. Runs where the audit key is. */
@Injectable()
export class AuditProcessor implements OnApplicationBootstrap {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly jobs: JobWorkers,
    private readonly checkpoints: AuditCheckpoints,
    private readonly retention: AuditRetention,
    private readonly runtime: Runtime,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.start({
      queue: 'audit',
      handlers: { 'audit.checkpoint': ({ organizationId }) => this.checkpoint(organizationId) },
      onFailure: (failure) => this.logger.error({ ...failure, err: failure.error }, 'audit job failed'),
      onError: (error) => this.logger.warn({ err: error }, 'audit queue trouble'),
    });
  }

  private async checkpoint(organizationId: string): Promise<void> {
    const ctx = this.runtime.systemContext(organizationId);
    await inOrganization(organizationId, async () => {
      await this.checkpoints.sign(ctx);
      const pruning = await this.retention.prune(ctx);
      if (pruning) this.logger.info({ organizationId, ...pruning }, 'audit events pruned');
    });
  }
}
