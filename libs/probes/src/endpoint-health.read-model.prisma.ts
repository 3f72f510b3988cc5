import { Injectable } from '@nestjs/common';
import { DAY_MS, decodeCursor, encodeCursor, HOUR_MS, Refusal } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { type LatencyHistogram, percentile } from './latency-histogram.js';
import { healthClass, type ProbeOutcome } from './probe.js';

/** A span of time that ends now and begins with the hour this long ago. */
export type HealthWindow = 'day' | 'week' | 'month';

const WINDOW_MS: Record<HealthWindow, number> = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS };

/** What the probes of a window add up to. `uptime` is a share of the time that was judged; null when none was. */
export type HealthSummary = {
  probes: number;
  uptime: number | null;
  latency: { p50: number; p95: number; p99: number } | null;
};

type Part = { id: string; map: 'outcomes' | 'covers' | 'latency'; key: string; value: bigint };

/** Reads the health of endpoints, many at a time. The caller has made sure that they may be seen. */
@Injectable()
export class EndpointHealthReadModel {
  constructor(private readonly prisma: PrismaService) {}

  /** The present health of each endpoint that is probed. */
  async current(organizationId: string, endpointIds: readonly string[]) {
    const rows = await this.prisma.probeSchedule.findMany({
      where: { organizationId, endpointId: { in: [...endpointIds] } },
    });
    return new Map(rows.map((row) => [row.endpointId, row]));
  }

  /** What was seen of each server last, by an inspection or a probe of any of its versions that is probed. */
  async ofServers(organizationId: string, serverIds: readonly string[]) {
    return this.prisma.$queryRaw<{ serverId: string; outcome: string; at: Date; latencyMs: number | null }[]>`
      SELECT DISTINCT ON (seen."serverId") seen.* FROM (
        SELECT v.server_id AS "serverId", i.outcome, i.finished_at AS at, i.latency_ms AS "latencyMs"
        FROM inspections i JOIN server_versions v ON v.id = i.version_id
        WHERE i.organization_id = ${organizationId} AND v.server_id = ANY(${[...serverIds]}) AND i.finished_at IS NOT NULL
        UNION ALL
        SELECT v.server_id, s.last_outcome, s.last_at, s.last_latency_ms
        FROM server_versions v JOIN endpoints e ON e.version_id = v.id JOIN probe_schedules s ON s.endpoint_id = e.id
        WHERE v.organization_id = ${organizationId} AND v.server_id = ANY(${[...serverIds]}) AND s.last_outcome IS NOT NULL
      ) AS seen ORDER BY seen."serverId", seen.at DESC`;
  }

  /**
   * Uptime and latency of each endpoint over a window: days that are added up, hours beside them, and single results
   * since the last hour that is. No result counts twice, and none is left out.
   */
  async summaries(query: {
    organizationId: string;
    endpointIds: readonly string[];
    window: HealthWindow;
    now: Date;
  }): Promise<Map<string, HealthSummary>> {
    const { organizationId, window, now } = query;
    const ids = [...query.endpointIds];
    const from = new Date(Math.floor((now.getTime() - WINDOW_MS[window]) / HOUR_MS) * HOUR_MS);
    const firstDay = new Date(Math.ceil(from.getTime() / DAY_MS) * DAY_MS);
    const parts = await this.prisma.$queryRaw<Part[]>`
      WITH summed AS (
        SELECT coalesce((SELECT max(at) + interval '1 hour' FROM probe_rollups WHERE organization_id = ${organizationId} AND unit = 'hour'), ${from}) AS hours,
          coalesce((SELECT max(at) + interval '1 day' FROM probe_rollups WHERE organization_id = ${organizationId} AND unit = 'day'), ${from}) AS days
      ), sums AS (
        SELECT r.endpoint_id, r.outcomes, r.covers, r.latency FROM probe_rollups r, summed
        WHERE r.organization_id = ${organizationId} AND r.endpoint_id = ANY(${ids}) AND r.at >= ${from}
          AND ((r.unit = 'day' AND r.at >= ${firstDay} AND r.at < summed.days)
            OR (r.unit = 'hour' AND NOT (r.at >= ${firstDay} AND r.at < summed.days)))
      ), parts AS (
        SELECT s.endpoint_id, each.map, each.key, each.value::bigint AS value FROM sums s, LATERAL (
          SELECT 'outcomes' AS map, key, value FROM jsonb_each_text(s.outcomes)
          UNION ALL SELECT 'covers', key, value FROM jsonb_each_text(s.covers)
          UNION ALL SELECT 'latency', key, value FROM jsonb_each_text(s.latency)) AS each
        UNION ALL
        SELECT p.endpoint_id, each.map, each.key, each.value FROM probe_results p, LATERAL (VALUES
          ('outcomes', p.outcome, 1::bigint), ('covers', p.outcome, p.covers_ms::bigint),
          ('latency', p.latency_bucket::text, 1::bigint)) AS each(map, key, value)
        WHERE p.organization_id = ${organizationId} AND p.endpoint_id = ANY(${ids}) AND p.scheduled_at >= ${from}
          AND p.scheduled_at >= (SELECT hours FROM summed) AND each.key IS NOT NULL
      )
      SELECT endpoint_id AS id, map, key, sum(value)::bigint AS value FROM parts GROUP BY 1, 2, 3`;
    return summarize(parts);
  }

  /** The newest results of each endpoint before a cursor, newest first, with what comes after them. */
  async histories(query: {
    organizationId: string;
    endpointIds: readonly string[];
    first: number;
    after: string | null;
  }) {
    const { organizationId, endpointIds, after } = query;
    const take = Math.min(Math.max(query.first, 1), 100);
    const before = after === null ? null : momentOf(after);
    const rows = await this.prisma.$queryRaw<ProbeHistoryRow[]>`
      SELECT p.endpoint_id AS "endpointId", p.scheduled_at AS "scheduledAt", p.lag_ms AS "lagMs", p.outcome, p.detail,
        p.latency_ms AS "latencyMs", p.era, p.protocol_version AS "protocolVersion",
        p.contract_digest AS "contractDigest", p.state
      FROM unnest(${[...endpointIds]}::text[]) AS e(id), LATERAL (
        SELECT * FROM probe_results WHERE endpoint_id = e.id AND organization_id = ${organizationId}
          AND scheduled_at < coalesce(${before}::timestamptz, 'infinity')
        ORDER BY scheduled_at DESC LIMIT ${take + 1}) AS p
      ORDER BY p.scheduled_at DESC`;
    return new Map(
      endpointIds.map((id) => {
        const own = rows.filter((row) => row.endpointId === id);
        const items = own
          .slice(0, take)
          .map((row) => ({ ...row, cursor: encodeCursor([row.scheduledAt.toISOString()]) }));
        return [id, { items, hasNextPage: own.length > take }] as const;
      }),
    );
  }
}

/** One probe as it is shown. */
export type ProbeHistoryRow = {
  endpointId: string;
  scheduledAt: Date;
  lagMs: number;
  outcome: string;
  detail: string | null;
  latencyMs: number | null;
  era: string | null;
  protocolVersion: string | null;
  contractDigest: string | null;
  state: string;
};

function summarize(parts: readonly Part[]): Map<string, HealthSummary> {
  const maps = new Map<string, Record<Part['map'], Record<string, number>>>();
  for (const { id, map, key, value } of parts) {
    const own = maps.get(id) ?? { outcomes: {}, covers: {}, latency: {} };
    own[map][key] = Number(value);
    maps.set(id, own);
  }
  return new Map([...maps].map(([id, own]) => [id, summaryOf(own)]));
}

function summaryOf(own: Record<Part['map'], Record<string, number>>): HealthSummary {
  const judged = Object.entries(own.covers).filter(([outcome]) => healthClass(outcome as ProbeOutcome) !== 'unknown');
  const up = judged.filter(([outcome]) => healthClass(outcome as ProbeOutcome) === 'healthy');
  const total = sum(judged);
  return {
    probes: sum(Object.entries(own.outcomes)),
    uptime: total === 0 ? null : sum(up) / total,
    latency: percentilesOf(own.latency),
  };
}

function percentilesOf(histogram: LatencyHistogram): HealthSummary['latency'] {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(histogram, share));
  return p50 == null || p95 == null || p99 == null
    ? null
    : { p50: Math.round(p50), p95: Math.round(p95), p99: Math.round(p99) };
}

const sum = (entries: readonly (readonly [string, number])[]): number =>
  entries.reduce((total, [, value]) => total + value, 0);

function momentOf(cursor: string): Date {
  const key = decodeCursor(cursor, 1);
  const at = key.ok ? new Date(key.value[0] ?? '') : null;
  if (at !== null && Number.isFinite(at.getTime())) return at;
  throw new Refusal({
    code: 'INVALID_CURSOR',
    message: 'The cursor is not one that this list gave out.',
    nextStep: 'Start again without "after".',
    path: ['after'],
  });
}
