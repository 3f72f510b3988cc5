import { Injectable } from '@nestjs/common';
import { Counter, Histogram, type Registry } from '@rollcall/observability';
import type { ProbeReport } from './probe-result.records.prisma.js';

/** What an operator sees of the prober. */
@Injectable()
export class ProbeMetrics {
  private readonly lag = new Histogram({
    name: 'rollcall_probe_lag_seconds',
    help: 'Time from the slot of a probe to its beginning.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60],
    registers: [],
  });
  private readonly latency = new Histogram({
    name: 'rollcall_probe_latency_seconds',
    help: 'Time from the first dial of a probe to its last list page, of servers that answered.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
    registers: [],
  });
  private readonly probes = new Counter({
    name: 'rollcall_probes_total',
    help: 'Probes that were made, by outcome.',
    labelNames: ['outcome'],
    registers: [],
  });
  private readonly missedSlots = new Counter({
    name: 'rollcall_probe_slots_missed_total',
    help: 'Slots that passed by a whole interval without a probe.',
    registers: [],
  });

  /** Shows them in a registry. */
  register(registry: Registry): void {
    for (const metric of [this.lag, this.latency, this.probes, this.missedSlots]) registry.registerMetric(metric);
  }

  probed(report: Pick<ProbeReport, 'lagMs' | 'latencyMs' | 'outcome'>): void {
    this.lag.observe(report.lagMs / 1_000);
    if (report.latencyMs !== null) this.latency.observe(report.latencyMs / 1_000);
    this.probes.inc({ outcome: report.outcome });
  }

  missed(slots: number): void {
    if (slots > 0) this.missedSlots.inc(slots);
  }
}
