import { type Clock, HOUR_MS } from '@rollcall/kernel';
import type { CallRecord } from './call-record.js';

/** Calls of one agent to one tool of one version. */
export type UsageCount = {
  agent: string;
  alias: string;
  version: string;
  tool: string;
  ok: number;
  refused: number;
  errors: number;
};

/** The body of `POST usage`; `(bootId, seq)` names it, so that a repeat is counted once. */
export type UsageReport = {
  gateway: string;
  bootId: string;
  seq: number;
  windowStart: string;
  windowEnd: string;
  calls: UsageCount[];
};

/** What the reporter needs. */
export type UsageParts = {
  gateway: string;
  bootId: string;
  clock: Clock;
  send: (report: UsageReport) => Promise<void>;
  everyMs: number;
};

/** Bounds memory when the control plane is away: keys per hour and hours kept. */
const MAX_KEYS = 20_000;
const MAX_HOURS = 48;

type Hour = { start: number; end: number; counts: Map<string, UsageCount> };

/** Counts calls per agent, tool and hour, and delivers the counts in order, each report until it is acknowledged. */
export class UsageReporter {
  readonly #parts: UsageParts;
  #hours = new Map<number, Hour>();
  #pending: UsageReport[] = [];
  #seq = 0;
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> | null = null;

  constructor(parts: UsageParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush(), this.#parts.everyMs);
  }

  /** Stops counting down and tries to deliver once more. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.flush();
  }

  /** Counts one finished call. Refusals that name nothing registered are not counted: their names are the caller's invention. */
  count(record: CallRecord): void {
    const { agent, alias, version, tool } = record;
    if (alias === null || version === null || tool === null) return;
    const now = this.#parts.clock.now().getTime();
    const start = now - (now % HOUR_MS);
    let hour = this.#hours.get(start);
    if (hour === undefined) {
      hour = { start: now, end: now, counts: new Map() };
      this.#hours.set(start, hour);
    }
    hour.end = now;
    const key = `${agent}\n${alias}\n${version}\n${tool}`;
    let count = hour.counts.get(key);
    if (count === undefined) {
      if (hour.counts.size >= MAX_KEYS) return;
      count = { agent, alias, version, tool, ok: 0, refused: 0, errors: 0 };
      hour.counts.set(key, count);
    }
    if (record.outcome === 'ok') count.ok++;
    else if (record.outcome === 'refused') count.refused++;
    else count.errors++;
  }

  /** Delivers what has been counted. One report after the other: a later one never overtakes an earlier one. */
  flush(): Promise<void> {
    this.#flushing ??= this.#deliver().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  async #deliver(): Promise<void> {
    this.#seal();
    while (this.#pending[0] !== undefined) {
      try {
        await this.#parts.send(this.#pending[0]);
      } catch {
        return;
      }
      this.#pending.shift();
    }
  }

  /** Turns counts into reports. While reports wait, counts keep adding up in their hour instead of making more of them. */
  #seal(): void {
    if (this.#pending.length > 0 && this.#hours.size < MAX_HOURS) return;
    const { gateway, bootId } = this.#parts;
    for (const { start, end, counts } of this.#hours.values()) {
      const window = { windowStart: new Date(start).toISOString(), windowEnd: new Date(end + 1).toISOString() };
      this.#pending.push({ gateway, bootId, seq: ++this.#seq, ...window, calls: [...counts.values()] });
    }
    this.#hours = new Map();
    if (this.#pending.length > MAX_HOURS) this.#pending.splice(1, this.#pending.length - MAX_HOURS);
  }
}
