import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CHECK_REQUESTED, CheckService } from '@rollcall/checks';
import { CONFORMANCE_REQUESTED, GOLDEN_REQUESTED } from '@rollcall/evidence';
import { GATEWAY_SAW_DRIFT } from '@rollcall/gateways';
import { INSPECTION_FINISHED, INSPECTION_REQUESTED, InspectionService } from '@rollcall/inspections';
import { JobQueue } from '@rollcall/jobs';
import { MIRROR_REQUESTED } from '@rollcall/mirrors';
import type { Logger } from '@rollcall/observability';
import {
  DATABASE_CONFIG,
  type DatabaseConfig,
  OutboxDispatcher,
  type OutboxEvent,
  PrismaService,
} from '@rollcall/persistence';
import { ENDPOINT_SET, POLICY_CHANGED, VERSION_PUBLISHED } from '@rollcall/registry';
import { DiscoveryFollower } from './discovery.follower.js';
import { DriftFollower } from './drift.follower.js';
import { LOGGER } from './logger.token.js';
import { NotificationsFollower } from './notifications.follower.js';

type Route = (event: OutboxEvent, text: (name: string) => string) => Promise<void>;

/** Takes events out of the outbox and says what each leads to. Every route is idempotent by the event's id. */
@Injectable()
export class OutboxRouter implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly dispatcher: OutboxDispatcher;
  private readonly routes: Readonly<Record<string, Route>>;
  /** Hears of every event, whatever its route. */
  @Inject(NotificationsFollower)
  private readonly notifications!: NotificationsFollower;
  @Inject(DiscoveryFollower)
  private readonly discovery!: DiscoveryFollower;
  @Inject(DriftFollower)
  private readonly drift!: DriftFollower;

  constructor(
    @Inject(LOGGER) logger: Logger,
    @Inject(DATABASE_CONFIG) database: DatabaseConfig,
    prisma: PrismaService,
    queue: JobQueue,
    inspections: InspectionService,
    checks: CheckService,
  ) {
    this.routes = {
      [VERSION_PUBLISHED]: (_event, text) => inspections.followPublish(text('versionId')),
      [ENDPOINT_SET]: (_event, text) => inspections.followEndpoint(text('versionId'), text('environmentId')),
      // a gateway compares tool by tool; a whole look says what kind of drift it is
      [GATEWAY_SAW_DRIFT]: (_event, text) => inspections.followEndpoint(text('versionId'), text('environmentId')),
      [INSPECTION_REQUESTED]: ({ id, organizationId }, text) =>
        queue.add(
          'inspections',
          'inspection.run',
          { organizationId, inspectionId: text('inspectionId') },
          { jobId: id },
        ),
      // a contract that was just observed is judged at once, whoever asked for the inspection
      [INSPECTION_FINISHED]: (_event, text) =>
        checks.followInspection({
          inspectionId: text('inspectionId'),
          versionId: text('versionId'),
          requestedBy: text('requestedBy'),
        }),
      [CHECK_REQUESTED]: ({ id, organizationId }, text) =>
        queue.add('checks', 'check.run', { organizationId, checkId: text('checkId') }, { jobId: id }),
      [GOLDEN_REQUESTED]: ({ id, organizationId }, text) =>
        queue.add('evidence', 'golden.run', { organizationId, runId: text('runId') }, { jobId: id }),
      [CONFORMANCE_REQUESTED]: ({ id, organizationId }, text) =>
        queue.add('evidence', 'conformance.run', { organizationId, runId: text('runId') }, { jobId: id }),
      [MIRROR_REQUESTED]: ({ id, organizationId, payload }, text) =>
        queue.add(
          'mirrors',
          'mirror.walk',
          { organizationId, sourceId: text('sourceId'), force: payload['force'] === true },
          { jobId: id },
        ),
      [POLICY_CHANGED]: ({ id, organizationId }) =>
        queue.add('bundles', 'bundle.compile', { organizationId }, { jobId: id }),
    };
    this.dispatcher = new OutboxDispatcher({
      prisma,
      url: database.url,
      publish: (event) => this.publish(event),
      onError: (error, event) => logger.error({ err: error, topic: event?.topic, event: event?.id }, 'outbox trouble'),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.dispatcher.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.dispatcher.stop();
  }

  private async publish(event: OutboxEvent): Promise<void> {
    // an event nobody listens to (yet) is history, not an error
    await this.routes[event.topic]?.(event, (name) => {
      const value = event.payload[name];
      if (typeof value !== 'string') throw new Error(`event ${event.id} (${event.topic}) has no ${name}`);
      return value;
    });
    await this.notifications.follow(event);
    await this.discovery.follow(event);
    await this.drift.follow(event);
  }
}
