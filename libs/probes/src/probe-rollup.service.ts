import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { DAY_MS, HOUR_MS } from '@rollcall/kernel';
import { asSystem, TransactionRunner, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { ProbePartitions, RESULT_DAYS } from './probe-partitions.prisma.js';

/** Sums of hours are kept this long, those of days longer. */
const HOURS_KEPT_MS = 100 * DAY_MS;
const DAYS_KEPT_MS = 800 * DAY_MS;
/** A result may come in after its hour has ended: a slot is taken over, at the latest, so much later. */
const LATE_HOURS = 2;

/** What one roll-up wrote. */
export type Rollup = { hours: number; days: number; dropped: number };

/**
 * Adds results up by hour and by day, and lets go of what is old. Every sum is counted anew from what is below it, so
 * that running twice, late, or twice at once gives the same numbers.
 */
@Injectable()
export class ProbeRollups {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly partitions: ProbePartitions,
    private readonly runtime: Runtime,
  ) {}

  /** Writes the sums of every hour and day that has ended and may have changed since the last time. */
  run(): Promise<Rollup> {
    const now = this.runtime.clock.now();
    return asSystem(async () => {
      await this.partitions.make(now);
      const hours = await this.hoursToCount(now);
      for (const hour of hours) await this.sum((tx) => sumHour(tx, hour));
      // a day is counted when its last hour has ended, and again as long as hours of it are
      const days = [...new Set(hours.map((hour) => floor(hour, DAY_MS)))].filter(
        (day) => day + DAY_MS <= now.getTime(),
      );
      for (const day of days) await this.sum((tx) => sumDay(tx, day));
      await this.sum((tx) => forget(tx, now));
      return { hours: hours.length, days: days.length, dropped: await this.partitions.drop(now).catch(nothingDropped) };
    });
  }

  /** From the newest that was counted, or the oldest there may be results of; the last ones always. */
  private async hoursToCount(now: Date): Promise<number[]> {
    const end = floor(now.getTime(), HOUR_MS);
    const oldest = floor(now.getTime() - (RESULT_DAYS - 1) * DAY_MS, HOUR_MS);
    const [row] = await this.transactions.run(
      (tx) => tx.$queryRaw<{ first: Date | null; newest: Date | null }[]>`
        SELECT (SELECT min(scheduled_at) FROM probe_results WHERE scheduled_at >= ${new Date(oldest)}) AS first,
          (SELECT max(at) FROM probe_rollups WHERE unit = 'hour') AS newest`,
    );
    if (!row?.first) return [];
    const since = row.newest === null ? row.first.getTime() : row.newest.getTime() - (LATE_HOURS - 1) * HOUR_MS;
    const begin = Math.max(floor(row.first.getTime(), HOUR_MS), Math.min(since, end - LATE_HOURS * HOUR_MS));
    const hours: number[] = [];
    for (let hour = floor(begin, HOUR_MS); hour < end; hour += HOUR_MS) hours.push(hour);
    return hours;
  }

  private sum(work: (tx: Tx) => Promise<unknown>): Promise<unknown> {
    return this.transactions.run(
      async (tx) => {
        await withAdvisoryLock(tx, 'probe-rollups');
        return work(tx);
      },
      { timeoutMs: 60_000 },
    );
  }
}

function floor(at: number, unit: number): number {
  return Math.floor(at / unit) * unit;
}

/** A reader that holds the table for long is waited for until the next time. */
function nothingDropped(error: unknown): number {
  if (JSON.stringify(error).includes('55P03') || String(error).includes('lock timeout')) return 0;
  throw error;
}

async function sumHour(tx: Tx, hour: number): Promise<void> {
  const [from, to] = [new Date(hour), new Date(hour + HOUR_MS)];
  await tx.$executeRaw`
    WITH parts AS (
      SELECT organization_id, endpoint_id, 'outcomes' AS map, outcome AS key, count(*) AS value FROM probe_results
      WHERE scheduled_at >= ${from} AND scheduled_at < ${to} GROUP BY 1, 2, 4
      UNION ALL
      SELECT organization_id, endpoint_id, 'covers', outcome, sum(covers_ms) FROM probe_results
      WHERE scheduled_at >= ${from} AND scheduled_at < ${to} GROUP BY 1, 2, 4
      UNION ALL
      SELECT organization_id, endpoint_id, 'latency', latency_bucket::text, count(*) FROM probe_results
      WHERE scheduled_at >= ${from} AND scheduled_at < ${to} AND latency_bucket IS NOT NULL GROUP BY 1, 2, 4
    )
    INSERT INTO probe_rollups (organization_id, endpoint_id, unit, at, outcomes, covers, latency)
    SELECT organization_id, endpoint_id, 'hour', ${from},
      coalesce(jsonb_object_agg(key, value) FILTER (WHERE map = 'outcomes'), '{}'),
      coalesce(jsonb_object_agg(key, value) FILTER (WHERE map = 'covers'), '{}'),
      coalesce(jsonb_object_agg(key, value) FILTER (WHERE map = 'latency'), '{}')
    FROM parts GROUP BY organization_id, endpoint_id
    ON CONFLICT ON CONSTRAINT probe_rollups_pkey DO UPDATE
      SET outcomes = excluded.outcomes, covers = excluded.covers, latency = excluded.latency`;
}

async function sumDay(tx: Tx, day: number): Promise<void> {
  const [from, to] = [new Date(day), new Date(day + DAY_MS)];
  await tx.$executeRaw`
    WITH parts AS (
      SELECT r.organization_id, r.endpoint_id, each.map, each.key, sum(each.value::bigint) AS value FROM probe_rollups r,
        LATERAL (
          SELECT 'outcomes' AS map, key, value FROM jsonb_each_text(r.outcomes)
          UNION ALL SELECT 'covers', key, value FROM jsonb_each_text(r.covers)
          UNION ALL SELECT 'latency', key, value FROM jsonb_each_text(r.latency)
        ) AS each
      WHERE r.unit = 'hour' AND r.at >= ${from} AND r.at < ${to} GROUP BY 1, 2, 3, 4
    )
    INSERT INTO probe_rollups (organization_id, endpoint_id, unit, at, outcomes, covers, latency)
    SELECT organization_id, endpoint_id, 'day', ${from},
      coalesce(jsonb_object_agg(key, value) FILTER (WHERE map = 'outcomes'), '{}'),
      coalesce(jsonb_object_agg(key, value) FILTER (WHERE map = 'covers'), '{}'),
      coalesce(jsonb_object_agg(key, value) FILTER (WHERE map = 'latency'), '{}')
    FROM parts GROUP BY organization_id, endpoint_id
    ON CONFLICT ON CONSTRAINT probe_rollups_pkey DO UPDATE
      SET outcomes = excluded.outcomes, covers = excluded.covers, latency = excluded.latency`;
}

async function forget(tx: Tx, now: Date): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM probe_rollups WHERE (unit = 'hour' AND at < ${new Date(now.getTime() - HOURS_KEPT_MS)})
      OR (unit = 'day' AND at < ${new Date(now.getTime() - DAYS_KEPT_MS)})`;
}
