import { type Clock, HOUR_MS } from '@rollcall/kernel';
import type { CallShape } from '../mcp/call-shape.js';
import { ControlPlaneUnavailable } from '../trust/control-plane.client.js';
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
  /** How often which arguments were sent; left out when the control plane does not know it yet. */
  shapes?: ShapeCount[];
};

/** Calls that sent the same top-level arguments. Names only, and only those of the approved schema; never a value. */
export type ShapeCount = { names: readonly string[]; other: boolean; calls: number };

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
/** Shapes per tool and agent, and characters of all their names in an hour: what is beyond is counted without its shape. */
const MAX_SHAPES = 16;
const MAX_SHAPE_CHARACTERS = 512 * 1024;
/** So long a control plane that refused shapes gets none. */
const PLAIN_FOR_MS = HOUR_MS;

type Count = { row: UsageCount; shapes: Map<string, ShapeCount> };
type Hour = { start: number; end: number; counts: Map<string, Count>; shapeCharacters: number };

/** Counts calls per agent, tool and hour, and delivers the counts in order, each report until it is acknowledged. */
export class UsageReporter {
  readonly #parts: UsageParts;
  #hours = new Map<number, Hour>();
  #pending: UsageReport[] = [];
  #seq = 0;
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> | null = null;
  #plainUntil = 0;

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
  count(record: CallRecord, shape: CallShape | null = null): void {
    const { agent, alias, version, tool } = record;
    if (alias === null || version === null || tool === null) return;
    const now = this.#parts.clock.now().getTime();
    const start = now - (now % HOUR_MS);
    let hour = this.#hours.get(start);
    if (hour === undefined) {
      hour = { start: now, end: now, counts: new Map(), shapeCharacters: 0 };
      this.#hours.set(start, hour);
    }
    hour.end = now;
    const key = `${agent}\n${alias}\n${version}\n${tool}`;
    let count = hour.counts.get(key);
    if (count === undefined) {
      if (hour.counts.size >= MAX_KEYS) return;
      count = { row: { agent, alias, version, tool, ok: 0, refused: 0, errors: 0 }, shapes: new Map() };
      hour.counts.set(key, count);
    }
    if (record.outcome === 'refused') {
      count.row.refused++;
      return;
    }
    if (record.outcome === 'ok') count.row.ok++;
    else count.row.errors++;
    if (shape !== null) countShape(hour, count, shape);
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
      } catch (error) {
        if (!this.#refusedShapes(error)) return;
        continue;
      }
      this.#pending.shift();
    }
  }

  /** An older control plane refuses a report with shapes: it gets the same report without them. */
  #refusedShapes(error: unknown): boolean {
    const isRefused = error instanceof ControlPlaneUnavailable && error.status === 400;
    const hasShapes = this.#pending.some(({ calls }) => calls.some((call) => call.shapes !== undefined));
    if (!isRefused || !hasShapes) return false;
    this.#plainUntil = this.#parts.clock.now().getTime() + PLAIN_FOR_MS;
    this.#pending = this.#pending.map((report) => ({
      ...report,
      calls: report.calls.map(({ shapes: _, ...call }) => call),
    }));
    return true;
  }

  /** Turns counts into reports. While reports wait, counts keep adding up in their hour instead of making more of them. */
  #seal(): void {
    if (this.#pending.length > 0 && this.#hours.size < MAX_HOURS) return;
    const { gateway, bootId, clock } = this.#parts;
    const isPlain = clock.now().getTime() < this.#plainUntil;
    for (const { start, end, counts } of this.#hours.values()) {
      const window = { windowStart: new Date(start).toISOString(), windowEnd: new Date(end + 1).toISOString() };
      this.#pending.push({
        gateway,
        bootId,
        seq: ++this.#seq,
        ...window,
        calls: [...counts.values()].map((count) => rowOf(count, isPlain)),
      });
    }
    this.#hours = new Map();
    if (this.#pending.length > MAX_HOURS) this.#pending.splice(1, this.#pending.length - MAX_HOURS);
  }
}

function countShape(hour: Hour, { shapes }: Count, { key, names, other }: CallShape): void {
  const known = shapes.get(key);
  if (known !== undefined) {
    known.calls++;
    return;
  }
  if (shapes.size >= MAX_SHAPES || hour.shapeCharacters + key.length > MAX_SHAPE_CHARACTERS) return;
  hour.shapeCharacters += key.length;
  shapes.set(key, { names, other, calls: 1 });
}

function rowOf({ row, shapes }: Count, isPlain: boolean): UsageCount {
  return isPlain || shapes.size === 0 ? row : { ...row, shapes: [...shapes.values()] };
}
