import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { JobWorkers } from '@rollcall/jobs';
import { DeliveryService } from '@rollcall/notifications';
import type { Logger } from '@rollcall/observability';
import { LOGGER } from '../logger.token.js';
import { NotificationsFollower } from '../notifications.follower.js';

/** Events sent to webhooks. */
@Injectable()
export class DeliveriesProcessor implements OnApplicationBootstrap {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly workers: JobWorkers,
    private readonly deliveries: DeliveryService,
    private readonly follower: NotificationsFollower,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.workers.start({
      queue: 'deliveries',
      handlers: {
        'delivery.send': async ({ organizationId, deliveryId, attempts }) => {
          await this.deliveries.attempt({ id: deliveryId, organizationId, attempts });
        },
        'deliveries.due': () => this.due(),
        'deliveries.purge': async () => {
          await this.deliveries.purge();
        },
      },
      onFailure: (failure) => this.logger.error({ ...failure, err: failure.error }, 'delivery job failed'),
      onError: (error) => this.logger.warn({ err: error }, 'delivery queue trouble'),
    });
  }

  private async due(): Promise<void> {
    for (const due of await this.deliveries.due()) await this.follower.send(due);
  }
}
