import { type DynamicModule, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { type JobsConfig, prepareJobs } from './backend.js';
import { JobQueue } from './job-queue.js';
import { JobWorker, type JobWorkerOptions } from './job-worker.js';
import type { QueueName } from './queues.js';

const JOBS_CONFIG = Symbol('JOBS_CONFIG');

/** Starts workers that end with the application. */
@Injectable()
export class JobWorkers implements OnApplicationShutdown {
  private readonly workers: { close(): Promise<void> }[] = [];

  constructor(
    @Inject(JOBS_CONFIG) private readonly config: JobsConfig,
    private readonly queue: JobQueue,
  ) {}

  /** Resolves when the worker takes jobs. */
  async start<Q extends QueueName>(options: Omit<JobWorkerOptions<Q>, 'config'>): Promise<JobWorker<Q>> {
    const worker = new JobWorker({ ...options, config: this.config });
    this.workers.push(worker);
    await worker.ready();
    return worker;
  }

  /** Workers first: a job in hand may still add others. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close()));
    await this.queue.close();
  }
}

/** `onError` hears about trouble with the backend. */
export type JobsModuleOptions = JobsConfig & { onError?(error: Error): void };

/** Provides {@link JobQueue} and {@link JobWorkers} to the whole application; makes the queues' tables first. */
@Module({})
export class JobsModule {
  static forRoot(options: JobsModuleOptions): DynamicModule {
    return {
      module: JobsModule,
      global: true,
      providers: [
        { provide: JOBS_CONFIG, useValue: options },
        {
          provide: JobQueue,
          useFactory: async () => {
            await prepareJobs(options);
            return new JobQueue(options, options.onError);
          },
        },
        JobWorkers,
      ],
      exports: [JobQueue, JobWorkers],
    };
  }
}
