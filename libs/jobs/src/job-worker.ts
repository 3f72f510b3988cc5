import { Refusal } from '@rollcall/kernel';
import { type Job, UnrecoverableError, type Worker } from 'bullmq';
import { type JobsConfig, openWorker } from './backend.js';
import { type JobName, type JobPayload, QUEUES, type QueueName } from './queues.js';

/** The job in hand: `attempt` counts from 1, `last` when there will be no other. */
export type JobRun = { id: string; attempt: number; last: boolean };

/** What runs each kind of job of a queue; it must be idempotent by the job's id. */
export type JobHandlers<Q extends QueueName> = {
  [N in JobName<Q>]?: (payload: JobPayload<Q, N>, run: JobRun) => Promise<void>;
};

/** A failed attempt; `final` when there will be no other. */
export type JobFailure = { queue: QueueName; name: string; id: string; error: Error; attempt: number; final: boolean };

/** `onFailure` is told about every failed attempt, `onError` about trouble with the backend. */
export type JobWorkerOptions<Q extends QueueName> = {
  config: JobsConfig;
  queue: Q;
  handlers: JobHandlers<Q>;
  concurrency?: number;
  onFailure?(failure: JobFailure): void;
  onError?(error: Error): void;
};

const CLOSE_TIMEOUT_MS = 25_000;

/**
 * Runs the jobs of one queue, at least once each. A {@link Refusal} ends a job at once, any other error is tried again
 * with growing pauses. A job whose process died is taken over by another worker after 30 s.
 */
export class JobWorker<Q extends QueueName> {
  private readonly worker: Worker;

  constructor(private readonly options: JobWorkerOptions<Q>) {
    const { config, queue, concurrency = QUEUES[queue].concurrency } = options;
    this.worker = openWorker(config, {
      name: queue,
      processor: (job) => this.process(job),
      options: { concurrency, lockDuration: 30_000, stalledInterval: 15_000, maxStalledCount: 5 },
    });
    this.worker.on('error', (error) => this.options.onError?.(error));
    this.worker.on('failed', (job, error) => this.report(job, error));
  }

  /** Resolves when the worker takes jobs. */
  async ready(): Promise<void> {
    await this.worker.waitUntilReady();
  }

  /** Takes no new job, waits up to 25 s for those in hand; what still runs then is taken over by the next worker. */
  async close(timeoutMs = CLOSE_TIMEOUT_MS): Promise<void> {
    const force = setTimeout(() => void this.worker.close(true), timeoutMs);
    await this.worker.close();
    clearTimeout(force);
  }

  private async process(job: Job): Promise<void> {
    const handler = this.options.handlers[job.name as JobName<Q>];
    if (!handler)
      throw new UnrecoverableError(`UNKNOWN_JOB: no handler for ${job.name} in queue ${this.options.queue}`);
    try {
      const attempt = job.attemptsMade + 1;
      await handler(job.data, { id: job.id ?? '', attempt, last: attempt >= (job.opts.attempts ?? 1) });
    } catch (error) {
      throw error instanceof Refusal ? asUnrecoverable(error) : error;
    }
  }

  private report(job: Job | undefined, error: Error): void {
    if (!job) return;
    const final = error instanceof UnrecoverableError || job.attemptsMade >= (job.opts.attempts ?? 1);
    const { name, attemptsMade: attempt } = job;
    this.options.onFailure?.({ queue: this.options.queue, name, id: job.id ?? '', error, attempt, final });
  }
}

/** Its text is what remains of it in the queue, so the code goes in front. */
function asUnrecoverable(refusal: Refusal): UnrecoverableError {
  const unrecoverable = new UnrecoverableError(`${refusal.code}: ${refusal.message}`);
  unrecoverable.cause = refusal;
  return unrecoverable;
}
