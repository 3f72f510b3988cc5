import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { JobWorkers } from '@rollcall/jobs';
import type { Logger } from '@rollcall/observability';
import { ProbeLoop, ProbePartitions, ProbeRollups, ProbeScheduleRecords } from '@rollcall/probes';
import { LOGGER } from '../logger.token.js';

/** Scheduled looks at endpoints: the loop that makes them, and the jobs that surround it. */
@Injectable()
export class ProbesProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  @Inject(Runtime)
  private readonly runtime!: Runtime;
  @Inject(ProbePartitions)
  private readonly partitions!: ProbePartitions;

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly workers: JobWorkers,
    private readonly loop: ProbeLoop,
    private readonly schedule: ProbeScheduleRecords,
    private readonly rollups: ProbeRollups,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.partitions.make(this.runtime.clock.now());
    await this.workers.start({
      queue: 'probes',
      handlers: { 'probe.tick': () => this.align(), 'probe.rollup': () => this.rollUp() },
      onFailure: (failure) => this.logger.error({ ...failure, err: failure.error }, 'probe job failed'),
      onError: (error) => this.logger.warn({ err: error }, 'probe queue trouble'),
    });
    this.loop.start((error) => this.logger.error({ err: error }, 'prober trouble'));
  }

  /** Before the database goes: what was begun is stored. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  private async align(): Promise<void> {
    await this.schedule.align(this.runtime.clock.now());
  }

  private async rollUp(): Promise<void> {
    const { dropped } = await this.rollups.run();
    if (dropped > 0) this.logger.info({ days: dropped }, 'dropped days of probe results');
  }
}
