import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule, RuntimeModule } from '@rollcall/access';
import { ChecksModule } from '@rollcall/checks';
import { type InspectionPolicy, InspectionsModule } from '@rollcall/inspections';
import { JobsModule } from '@rollcall/jobs';
import type { Clock } from '@rollcall/kernel';
import type { Logger } from '@rollcall/observability';
import { PersistenceModule } from '@rollcall/persistence';
import { TransitionsModule } from '@rollcall/transitions';
import { LOGGER } from './logger.token.js';
import { OutboxRouter } from './outbox.router.js';
import { ChecksProcessor } from './processors/checks.processor.js';
import { InspectionsProcessor } from './processors/inspections.processor.js';
import { LifecycleProcessor } from './processors/lifecycle.processor.js';
import { Schedules } from './schedules.js';

/** What the worker process is made of. */
export type WorkerOptions = {
  databaseUrl: string;
  redisUrl?: string | undefined;
  inspections: InspectionPolicy;
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
        AccessModule,
        ChecksModule,
        TransitionsModule,
      ],
      providers: [
        { provide: LOGGER, useValue: logger },
        ChecksProcessor,
        InspectionsProcessor,
        LifecycleProcessor,
        OutboxRouter,
        Schedules,
      ],
    };
  }
}
