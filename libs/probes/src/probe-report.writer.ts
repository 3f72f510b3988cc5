import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { ProbePartitions } from './probe-partitions.prisma.js';
import { type ProbeReport, ProbeResultRecords } from './probe-result.records.prisma.js';

/** Reports are stored together when so many wait, or after so long. */
const TOGETHER = 50;
const AFTER_MS = 200;
const ATTEMPTS = 4;

/**
 * Stores reports in groups: one transaction for many probes is most of what makes a probe cheap. A report that waits here
 * when the process dies is not stored, its claim runs out, and another worker makes the probe again.
 */
@Injectable()
export class ProbeReportBuffer {
  private waiting: { by: string; report: ProbeReport }[] = [];
  private storing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly records: ProbeResultRecords,
    private readonly partitions: ProbePartitions,
    private readonly runtime: Runtime,
  ) {}

  add(by: string, report: ProbeReport, onFault: (error: unknown) => void): void {
    this.waiting.push({ by, report });
    if (this.waiting.length >= TOGETHER) this.flush().catch(onFault);
    else this.timer ??= setTimeout(() => this.flush().catch(onFault), AFTER_MS);
  }

  /** Resolves when everything that was added before is stored; rejects when what was taken up now could not be. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const group = this.waiting;
    this.waiting = [];
    const stored = this.storing.then(() => this.store(group));
    this.storing = stored.catch(() => undefined);
    return stored;
  }

  private async store(group: { by: string; report: ProbeReport }[]): Promise<void> {
    const workers = new Set(group.map(({ by }) => by));
    for (const by of workers) {
      const reports = group.filter((one) => one.by === by).map(({ report }) => report);
      await this.insist(() => this.records.store(by, reports));
    }
  }

  /** A database that is away for a moment costs no result; what cannot be stored in the end is probed again. */
  private async insist(store: () => Promise<unknown>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await store();
        return;
      } catch (error) {
        if (attempt >= ATTEMPTS) throw error;
        // the day may have begun without a partition
        await this.partitions.make(this.runtime.clock.now()).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
      }
    }
  }
}
