import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { BundleHeads, BundlePublisher } from '@rollcall/bundles';
import { JobWorkers } from '@rollcall/jobs';
import type { Logger } from '@rollcall/observability';
import {
  asSystem,
  DATABASE_CONFIG,
  type DatabaseConfig,
  inOrganization,
  type Listening,
  listen,
} from '@rollcall/persistence';
import { LOGGER } from '../logger.token.js';

/** Compiles and signs when policy changes, and keeps the heads in memory current. Runs where the signing keys are. */
@Injectable()
export class BundlesProcessor implements OnApplicationBootstrap, OnApplicationShutdown {
  private listening: Listening | undefined;
  private catchingUp: Promise<void> | undefined;

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(DATABASE_CONFIG) private readonly database: DatabaseConfig,
    private readonly jobs: JobWorkers,
    private readonly publisher: BundlePublisher,
    private readonly heads: BundleHeads,
    private readonly runtime: Runtime,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.listening = await listen(this.database.url, 'rollcall_bundles', {
      onMessage: (environmentId) => this.refresh(() => this.heads.refresh(environmentId)),
      onReconnect: () => this.refresh(() => this.heads.refreshAll()),
      onError: (error) => this.logger.warn({ err: error }, 'lost the notification connection'),
    });
    await this.jobs.start({
      queue: 'bundles',
      handlers: {
        'bundle.compile': ({ organizationId }) =>
          inOrganization(organizationId, () => this.publisher.publishAll(this.runtime.systemContext(organizationId))),
      },
      onFailure: (failure) => this.logger.error({ ...failure, err: failure.error }, 'bundle job failed'),
      onError: (error) => this.logger.warn({ err: error }, 'bundle queue trouble'),
    });
    this.catchingUp = this.catchUp();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.listening?.close();
    await this.catchingUp;
  }

  /** After a long stop bundles may be stale, and gateways that hold them deny: they do not wait for the next schedule. */
  private catchUp(): Promise<void> {
    const failed = (organizationId: string, error: unknown) =>
      this.logger.error({ err: error, organizationId }, 'could not publish at start');
    return asSystem(() =>
      this.publisher.publishEverywhere((organizationId) => this.runtime.systemContext(organizationId), failed),
    ).catch((error: unknown) => this.logger.error({ err: error }, 'could not publish at start'));
  }

  /** Notifications come for any organization. */
  private refresh(heads: () => Promise<void>): void {
    asSystem(heads).catch((error: unknown) => this.logger.error({ err: error }, 'could not refresh a bundle head'));
  }
}
