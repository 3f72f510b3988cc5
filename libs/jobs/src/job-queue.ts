import type { Queue } from 'bullmq';
import { type JobsConfig, openQueue } from './backend.js';
import type { JobName, JobPayload, QueueName } from './queues.js';

/** `jobId` makes adding idempotent: the same id in the same queue is one job. No colon, not a plain number. */
export type AddOptions = { jobId: string; delayMs?: number };

/** When a repeated job runs: every so many milliseconds, or by a cron pattern (UTC unless `timeZone` is set). */
export type Schedule = { everyMs: number } | { cron: string; timeZone?: string };

/** How many jobs of one queue wait, run, wait for their time, or have failed for good. */
export type QueueDepth = { waiting: number; active: number; delayed: number; failed: number };

const DAY_SECONDS = 24 * 60 * 60;

/**
 * Faults are tried 8 times, from a second up to minutes apart, with jitter so that a recovering upstream is not hit by all
 * jobs at once. Finished jobs stay for a week: as long as an id is known, adding it again does nothing.
 */
export const JOB_DEFAULTS = {
  attempts: 8,
  backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
  removeOnComplete: { age: 7 * DAY_SECONDS, count: 20_000 },
  removeOnFail: { age: 30 * DAY_SECONDS, count: 20_000 },
};

/** Adds jobs. One connection pool per queue, opened when the queue is first used. */
export class JobQueue {
  private readonly queues = new Map<QueueName, Queue>();

  constructor(
    private readonly config: JobsConfig,
    private readonly onError: (error: Error) => void = () => undefined,
  ) {}

  /** Resolves when the job is stored. A job with this id that is stored already, finished or not, is left as it is. */
  async add<Q extends QueueName, N extends JobName<Q>>(
    queue: Q,
    name: N,
    payload: JobPayload<Q, N>,
    options: AddOptions,
  ): Promise<void> {
    const delay = options.delayMs === undefined ? {} : { delay: options.delayMs };
    await this.open(queue).add(name, payload, { jobId: options.jobId, ...delay });
  }

  /** Runs a job repeatedly. The id names the schedule: saying it again, also after a restart, replaces and never doubles it. */
  async schedule<Q extends QueueName, N extends JobName<Q>>(
    queue: Q,
    schedulerId: string,
    schedule: Schedule,
    job: { name: N; payload: JobPayload<Q, N> },
  ): Promise<void> {
    // Without a phase of its own BullMQ keeps that of the former interval: hourly to every second would first wait up to an
    // hour. Its zero counts as none, hence one millisecond.
    const repeat =
      'everyMs' in schedule
        ? { every: schedule.everyMs, offset: 1 }
        : { pattern: schedule.cron, tz: schedule.timeZone ?? 'UTC' };
    await this.open(queue).upsertJobScheduler(schedulerId, repeat, {
      name: job.name,
      data: job.payload,
      opts: { attempts: JOB_DEFAULTS.attempts, backoff: JOB_DEFAULTS.backoff, removeOnComplete: { count: 100 } },
    });
  }

  /** Removes a schedule; false when there was none of that id. */
  async unschedule(queue: QueueName, schedulerId: string): Promise<boolean> {
    return this.open(queue).removeJobScheduler(schedulerId);
  }

  /** The ids of a queue's schedules. */
  async schedules(queue: QueueName): Promise<string[]> {
    return (await this.open(queue).getJobSchedulers()).map((scheduler) => scheduler.key);
  }

  /** For metrics and readiness; rejects when the backend does not answer. */
  async depth(queue: QueueName): Promise<QueueDepth> {
    const counts = await this.open(queue).getJobCounts('waiting', 'active', 'delayed', 'failed');
    const { waiting = 0, active = 0, delayed = 0, failed = 0 } = counts;
    return { waiting, active, delayed, failed };
  }

  /** Closes the connections; jobs stay. */
  async close(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
    this.queues.clear();
  }

  private open(name: QueueName): Queue {
    const known = this.queues.get(name);
    if (known) return known;
    const queue = openQueue(this.config, name, { defaultJobOptions: JOB_DEFAULTS });
    queue.on('error', this.onError);
    this.queues.set(name, queue);
    return queue;
  }
}
