import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule, RuntimeModule } from '@rollcall/access';
import { ChecksModule } from '@rollcall/checks';
import { DiscoveryModule } from '@rollcall/discovery';
import { DriftModule } from '@rollcall/drift';
import { ConformanceKitLocation, EvidenceRunnersModule } from '@rollcall/evidence';
import { type InspectionPolicy, InspectionsModule } from '@rollcall/inspections';
import { JobsModule } from '@rollcall/jobs';
import type { Clock } from '@rollcall/kernel';
import { MirrorPolicy, MirrorsModule } from '@rollcall/mirrors';
import { type NotificationSettings, NotificationsModule } from '@rollcall/notifications';
import type { Logger } from '@rollcall/observability';
import { PersistenceModule } from '@rollcall/persistence';
import { ProberModule, ProberSettings } from '@rollcall/probes';
import { SessionsModule, SignInSettings } from '@rollcall/sessions';
import { TransitionsModule } from '@rollcall/transitions';
import { DiscoveryFollower } from './discovery.follower.js';
import { DriftFollower } from './drift.follower.js';
import { LOGGER } from './logger.token.js';
import { NotificationsFollower } from './notifications.follower.js';
import { OutboxRouter } from './outbox.router.js';
import { ChecksProcessor } from './processors/checks.processor.js';
import { DeliveriesProcessor } from './processors/deliveries.processor.js';
import { DiscoveryProcessor } from './processors/discovery.processor.js';
import { DriftProcessor } from './processors/drift.processor.js';
import { EvidenceProcessor } from './processors/evidence.processor.js';
import { InspectionsProcessor } from './processors/inspections.processor.js';
import { LifecycleProcessor } from './processors/lifecycle.processor.js';
import { MirrorsProcessor } from './processors/mirrors.processor.js';
import { ProbesProcessor } from './processors/probes.processor.js';
import { Schedules } from './schedules.js';

/** What the worker process is made of. */
export type WorkerOptions = {
  databaseUrl: string;
  redisUrl?: string | undefined;
  inspections: InspectionPolicy;
  notifications: NotificationSettings;
  /** Where the protocol suite is installed. */
  conformanceKitDir?: string | undefined;
  clock: Clock;
  logger: Logger;
};

@Module({})
export class WorkerModule {
  static forRoot(options: WorkerOptions): DynamicModule {
    const { databaseUrl, redisUrl, clock, logger } = options;
    return {
      module: WorkerModule,
      imports: [
        PersistenceModule.forRoot({ url: databaseUrl, clock }),
        RuntimeModule.forRoot(clock),
        JobsModule.forRoot({ databaseUrl, redisUrl, onError: (error) => logger.warn({ err: error }, 'queue trouble') }),
        InspectionsModule.forRoot(options.inspections),
        MirrorsModule.forRoot(new MirrorPolicy(options.inspections.network)),
        ProberModule.forRoot(new ProberSettings(options.inspections)),
        NotificationsModule.forRoot(options.notifications),
        // nobody signs in here: only what is over is deleted
        SessionsModule.forRoot(new SignInSettings(null)),
        EvidenceRunnersModule.forRoot(
          options.inspections,
          new ConformanceKitLocation(options.conformanceKitDir ?? null),
        ),
        AccessModule,
        ChecksModule,
        DiscoveryModule,
        DriftModule,
        TransitionsModule,
      ],
      providers: [
        { provide: LOGGER, useValue: logger },
        ChecksProcessor,
        DeliveriesProcessor,
        DiscoveryFollower,
        DiscoveryProcessor,
        DriftFollower,
        DriftProcessor,
        EvidenceProcessor,
        InspectionsProcessor,
        LifecycleProcessor,
        MirrorsProcessor,
        NotificationsFollower,
        OutboxRouter,
        ProbesProcessor,
        Schedules,
      ],
    };
  }
}
