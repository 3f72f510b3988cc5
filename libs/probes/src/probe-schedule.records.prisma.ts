import { Injectable } from '@nestjs/common';
import { HOUR_MS } from '@rollcall/kernel';
import { asSystem, PrismaService } from '@rollcall/persistence';
import { DEFAULT_INTERVAL_SECONDS, STDIO_MINIMUM_SECONDS } from './cadence.js';
import type { ClaimedProbe } from './probe.js';

/** What one claim may take: slots up to `horizon`, so many in all, and so many of one host over all workers. */
export type Claim = { by: string; now: Date; horizon: Date; until: Date; batch: number; perHost: number };

/** States of a version whose endpoints are probed: from review to the end, and only while gateways may serve it. */
export const PROBED_STATES = ['in_review', 'staging', 'canary', 'active', 'deprecated'];

/** A slot that old is given up even when a dead worker had claimed it: its day may have no partition any more. */
const GIVEN_UP_MS = 6 * HOUR_MS;
const SCAN = 10_000;

/** The schedule: which endpoints are in it, and who may make which probe. The database is the only place it is kept. */
@Injectable()
export class ProbeScheduleRecords {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Has a row for every endpoint that is to be probed and for no other. Another address begins a new history; another
   * interval moves the next slot only when it would be further away than the new interval. Returns how many changed.
   */
  async align(now: Date): Promise<number> {
    return asSystem(async () => {
      const gone = await this.prisma.$executeRaw`
        DELETE FROM probe_schedules s WHERE NOT EXISTS (
          SELECT FROM endpoints e JOIN server_versions v ON v.id = e.version_id JOIN organizations o ON o.id = e.organization_id
          WHERE e.id = s.endpoint_id AND v.track = 'governed' AND v.state = ANY(${PROBED_STATES})
            AND o.policy->'probeIntervalSeconds' IS DISTINCT FROM 'null'::jsonb)`;
      return gone + (await this.take(now));
    });
  }

  private take(now: Date): Promise<number> {
    return this.prisma.$executeRaw`
      WITH wanted AS (
        SELECT e.id, e.organization_id, coalesce(e.url, e.launcher, '') AS target,
          coalesce(substring(e.url FROM '^[a-z+]+://([^/?#]+)'), e.transport || ':' || coalesce(e.launcher, e.url, '')) AS host,
          1000 * greatest(coalesce((o.policy->>'probeIntervalSeconds')::int, ${DEFAULT_INTERVAL_SECONDS}),
            CASE WHEN e.transport = 'stdio' THEN ${STDIO_MINIMUM_SECONDS} ELSE 0 END) AS interval_ms,
          hashtext(e.id) & 2147483647 AS spread
        FROM endpoints e JOIN server_versions v ON v.id = e.version_id JOIN organizations o ON o.id = e.organization_id
        WHERE v.track = 'governed' AND v.state = ANY(${PROBED_STATES})
          AND o.policy->'probeIntervalSeconds' IS DISTINCT FROM 'null'::jsonb
      ), changed AS (
        SELECT w.*, s.endpoint_id IS NOT NULL AND s.target = w.target AS kept,
          probe_slot_after(${now}, least(w.interval_ms, 60000), w.spread) AS soon,
          probe_slot_after(${now}, w.interval_ms, w.spread) AS slot
        FROM wanted w LEFT JOIN probe_schedules s ON s.endpoint_id = w.id
        WHERE s.endpoint_id IS NULL
          OR (s.target, s.host, s.interval_ms) IS DISTINCT FROM (w.target, w.host, w.interval_ms)
      )
      INSERT INTO probe_schedules AS s
        (endpoint_id, organization_id, target, host, interval_ms, spread, next_at, since)
      SELECT id, organization_id, target, host, interval_ms, spread, CASE WHEN kept THEN slot ELSE soon END, ${now}
      FROM changed ORDER BY id
      ON CONFLICT (endpoint_id) DO UPDATE SET
        host = excluded.host, interval_ms = excluded.interval_ms, target = excluded.target,
        next_at = CASE WHEN s.claimed_by IS NULL THEN least(s.next_at, excluded.next_at) ELSE s.next_at END,
        -- what is under way looks at the former address: its slot is to be taken again
        claimed_by = CASE WHEN s.target = excluded.target THEN s.claimed_by END,
        claimed_until = CASE WHEN s.target = excluded.target THEN s.claimed_until END,
        state = CASE WHEN s.target = excluded.target THEN s.state ELSE 'unknown' END,
        since = CASE WHEN s.target = excluded.target THEN s.since ELSE excluded.since END,
        streak = CASE WHEN s.target = excluded.target THEN s.streak ELSE 0 END,
        failures = CASE WHEN s.target = excluded.target THEN s.failures ELSE 0 END,
        era = CASE WHEN s.target = excluded.target THEN s.era END,
        era_at = CASE WHEN s.target = excluded.target THEN s.era_at END,
        certificate_expires_at = CASE WHEN s.target = excluded.target THEN s.certificate_expires_at END,
        findings = CASE WHEN s.target = excluded.target THEN s.findings ELSE '[]' END,
        last_outcome = CASE WHEN s.target = excluded.target THEN s.last_outcome END,
        last_detail = CASE WHEN s.target = excluded.target THEN s.last_detail END,
        last_at = CASE WHEN s.target = excluded.target THEN s.last_at END,
        last_latency_ms = CASE WHEN s.target = excluded.target THEN s.last_latency_ms END`;
  }

  /**
   * Moves slots that were missed by a whole interval to the endpoint's next one: after a pause of all workers the fleet
   * goes on as spread out as it was, and what was not seen is a gap. A slot somebody had claimed is kept and taken over.
   * Returns how many were missed.
   */
  passOver(now: Date): Promise<number> {
    return asSystem(
      () => this.prisma.$executeRaw`
        WITH missed AS (
          SELECT endpoint_id FROM probe_schedules
          WHERE next_at < ${now}::timestamptz - make_interval(secs => interval_ms / 1000.0)
            AND next_at < ${now}::timestamptz - interval '10 seconds'
            AND (claimed_by IS NULL OR next_at < ${new Date(now.getTime() - GIVEN_UP_MS)})
          FOR UPDATE SKIP LOCKED
        )
        UPDATE probe_schedules s SET next_at = probe_slot_after(${now}, s.interval_ms, s.spread),
          claimed_by = NULL, claimed_until = NULL
        FROM missed WHERE s.endpoint_id = missed.endpoint_id`,
    );
  }

  /**
   * Takes slots that are due. Each goes to one worker; a slot whose worker has not reported in time goes to the next
   * one. Versions that are not to be probed any more are left out, whatever the schedule still says.
   */
  claim(claim: Claim): Promise<ClaimedProbe[]> {
    const { by, now, horizon, until, batch, perHost } = claim;
    return asSystem(
      () => this.prisma.$queryRaw<ClaimedProbe[]>`
        WITH busy AS (
          SELECT host, count(*)::int AS running FROM probe_schedules WHERE claimed_until > ${now} GROUP BY host
        ), due AS (
          SELECT d.endpoint_id, coalesce(busy.running, 0) + row_number() OVER (PARTITION BY d.host ORDER BY d.next_at, d.endpoint_id) AS place
          FROM (
            SELECT endpoint_id, host, next_at FROM probe_schedules
            WHERE next_at <= ${horizon} AND (claimed_until IS NULL OR claimed_until <= ${now})
            ORDER BY next_at LIMIT ${SCAN}
          ) d LEFT JOIN busy ON busy.host = d.host
        ), picked AS (
          SELECT s.endpoint_id, e.version_id, e.environment_id, n.kind, e.transport, e.url, e.launcher, o.policy, v.server_id
          FROM probe_schedules s JOIN due ON due.endpoint_id = s.endpoint_id
            JOIN endpoints e ON e.id = s.endpoint_id JOIN server_versions v ON v.id = e.version_id
            JOIN organizations o ON o.id = s.organization_id JOIN environments n ON n.id = e.environment_id
          WHERE due.place <= ${perHost} AND v.track = 'governed' AND v.state = ANY(${PROBED_STATES})
            AND s.next_at <= ${horizon} AND (s.claimed_until IS NULL OR s.claimed_until <= ${now})
          ORDER BY s.next_at LIMIT ${batch}
          FOR UPDATE OF s SKIP LOCKED
        )
        UPDATE probe_schedules s SET claimed_by = ${by}, claimed_until = ${until}
        FROM picked p WHERE s.endpoint_id = p.endpoint_id
        RETURNING s.endpoint_id AS "endpointId", s.organization_id AS "organizationId", p.version_id AS "versionId",
          p.environment_id AS "environmentId", p.kind AS "environmentKind", p.transport, p.url, p.launcher, s.host, s.interval_ms AS "intervalMs",
          s.spread, s.next_at AS "scheduledAt", s.claimed_until AS "claimedUntil", s.state, s.since, s.streak, s.failures,
          s.era, s.era_at AS "eraAt", s.contract_digest AS "contractDigest", s.contract_changes AS "contractChanges",
          s.contract_window_at AS "contractWindowAt", s.certificate_expires_at AS "certificateExpiresAt", s.findings,
          coalesce(p.policy->'allowedAuthKinds' ? 'none', false) OR EXISTS (
            SELECT FROM guard_exceptions x WHERE x.server_id = p.server_id AND x.guard = 'unauthenticated_access_refused'
              AND x.expires_at > ${now}) AS "mayBeOpen"`,
    );
  }

  /** Gives slots back that were claimed and not begun. */
  release(by: string, endpointIds: readonly string[]): Promise<number> {
    return asSystem(
      () => this.prisma.$executeRaw`
        UPDATE probe_schedules SET claimed_by = NULL, claimed_until = NULL
        WHERE claimed_by = ${by} AND endpoint_id = ANY(${[...endpointIds]})`,
    );
  }

  /** Makes the next slot of an endpoint now, unless one is under way; false when it has no schedule. */
  async advance(tx: Pick<PrismaService, '$queryRaw' | '$executeRaw'>, endpointId: string, now: Date): Promise<boolean> {
    const rows = await tx.$queryRaw<{ endpointId: string }[]>`
      SELECT endpoint_id AS "endpointId" FROM probe_schedules WHERE endpoint_id = ${endpointId} FOR UPDATE`;
    await tx.$executeRaw`
      UPDATE probe_schedules SET next_at = least(next_at, ${now}) WHERE endpoint_id = ${endpointId} AND claimed_by IS NULL
        AND (last_at IS NULL OR last_at < ${now}::timestamptz - interval '5 seconds')`;
    return rows.length > 0;
  }
}
