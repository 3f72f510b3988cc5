import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { SECOND_MS } from '@rollcall/kernel';
import { HostBudget } from './host-budget.js';
import type { ClaimedProbe } from './probe.js';
import { ProbeRunner } from './probe.runner.js';
import { ProbeMetrics } from './probe-metrics.js';
import { ProbeReportBuffer } from './probe-report.writer.js';
import { ProbeScheduleRecords } from './probe-schedule.records.prisma.js';

/** A slot is claimed this long before it is due, so that it begins on time. */
const AHEAD_MS = 500;
const PASS_MS = 200;
/** Missed slots are looked for less often than due ones. */
const PASS_OVER_MS = 2 * SECOND_MS;
const LEASE_MS = 45 * SECOND_MS;
/** What is left of a claim must be enough for a probe and for storing it, or the slot is left to who takes over. */
const LEAST_LEASE_MS = 20 * SECOND_MS;
const MAX_IN_HAND = 256;
const BATCH = 64;
/** Of one host over all workers; a little more than may run, because slots are claimed before they are due. */
const CLAIMS_PER_HOST = 24;
const HOST_BUDGET = { concurrent: 8, perSecond: 20 };

/** What a pass or a whole round did. */
export type Round = { claimed: number; missed: number };

/**
 * Probes what is due, for as long as the process lives: one loop in memory, the schedule in the database. Any number of
 * processes may run it; each slot is made by one of them, and by another one when that dies.
 */
@Injectable()
export class ProbeLoop {
  private readonly by: string;
  private readonly budget = new HostBudget(HOST_BUDGET);
  private readonly inHand = new Map<string, Promise<void>>();
  private readonly notBegun = new Set<string>();
  private passedOverAt = 0;
  private stopping: AbortController | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly schedule: ProbeScheduleRecords,
    private readonly runner: ProbeRunner,
    private readonly buffer: ProbeReportBuffer,
    private readonly metrics: ProbeMetrics,
    private readonly runtime: Runtime,
  ) {
    this.by = runtime.ids.next('prb');
  }

  /** Begins; `onFault` hears of what goes wrong on our side. Beginning twice is beginning once. */
  start(onFault: (error: unknown) => void): void {
    if (this.running) return;
    this.stopping = new AbortController();
    this.running = this.turn(this.stopping.signal, onFault);
  }

  /** Claims nothing more, gives back what was not begun, and waits for what was. */
  async stop(): Promise<void> {
    this.stopping?.abort();
    await this.running;
    this.running = undefined;
    await this.schedule.release(this.by, [...this.notBegun]);
    this.notBegun.clear();
    await Promise.all(this.inHand.values());
    await this.buffer.flush();
    this.stopping = undefined;
  }

  /** Makes every probe that is due at this moment and stores it; for a caller that keeps the time itself. */
  async runDue(onFault: (error: unknown) => void): Promise<Round> {
    const round: Round = { claimed: 0, missed: 0 };
    for (;;) {
      const { claimed, missed } = await this.pass(0, onFault);
      round.claimed += claimed;
      round.missed += missed;
      if (claimed === 0) return round;
      await Promise.all(this.inHand.values());
      await this.buffer.flush();
    }
  }

  private async turn(signal: AbortSignal, onFault: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      let full = false;
      try {
        full = (await this.pass(AHEAD_MS, onFault)).claimed >= BATCH;
      } catch (error) {
        // the database is away, for instance: what is claimed stays claimed, the rest waits
        onFault(error);
        await pause(SECOND_MS, signal);
      }
      if (!full) await pause(PASS_MS, signal);
    }
  }

  private async pass(aheadMs: number, onFault: (error: unknown) => void): Promise<Round> {
    const room = Math.min(BATCH, MAX_IN_HAND - this.inHand.size);
    if (room <= 0) return { claimed: 0, missed: 0 };
    const now = this.runtime.clock.now();
    const missed = await this.passOver(now, aheadMs);
    const claimed = await this.schedule.claim({
      by: this.by,
      now,
      horizon: new Date(now.getTime() + aheadMs),
      until: new Date(now.getTime() + LEASE_MS),
      batch: room,
      perHost: CLAIMS_PER_HOST,
    });
    for (const probe of claimed) this.take(probe, onFault);
    return { claimed: claimed.length, missed };
  }

  private async passOver(now: Date, aheadMs: number): Promise<number> {
    if (aheadMs > 0 && Math.abs(now.getTime() - this.passedOverAt) < PASS_OVER_MS) return 0;
    this.passedOverAt = now.getTime();
    const missed = await this.schedule.passOver(now);
    this.metrics.missed(missed);
    return missed;
  }

  private take(probe: ClaimedProbe, onFault: (error: unknown) => void): void {
    const { endpointId } = probe;
    // our own claim ran out while we were at it: the first of the two to be stored is the one result
    const work = this.probe(probe, onFault).finally(() => {
      if (this.inHand.get(endpointId) === work) this.inHand.delete(endpointId);
    });
    this.notBegun.add(endpointId);
    this.inHand.set(endpointId, work);
  }

  private async probe(probe: ClaimedProbe, onFault: (error: unknown) => void): Promise<void> {
    const { signal } = this.stopping ?? new AbortController();
    try {
      await pause(probe.scheduledAt.getTime() - this.runtime.clock.now().getTime(), signal);
      const ended = signal.aborted ? () => undefined : await this.budget.acquire(probe.host);
      try {
        const left = probe.claimedUntil.getTime() - this.runtime.clock.now().getTime();
        if (signal.aborted || left < LEAST_LEASE_MS) return;
        this.notBegun.delete(probe.endpointId);
        const report = await this.runner.run(probe, onFault);
        this.metrics.probed(report);
        this.buffer.add(this.by, report, onFault);
      } finally {
        ended();
      }
    } catch (error) {
      onFault(error);
    } finally {
      // what a stop kept from beginning is given back by it
      if (!signal.aborted) this.notBegun.delete(probe.endpointId);
    }
  }
}

/** Waits so long, or until it is said to stop. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
