import { Injectable } from '@nestjs/common';
import type { Contract } from '@rollcall/contract';
import { asSystem, Outbox, TransactionRunner, type Tx } from '@rollcall/persistence';
import { ContractStore } from '@rollcall/registry';
import { OPEN } from './health.js';
import type { ClaimedProbe, HealthFinding, HealthState, ProbeOutcome } from './probe.js';
import {
  ENDPOINT_CONTRACT_OBSERVED,
  ENDPOINT_HEALTH_CHANGED,
  ENDPOINT_UNAUTHENTICATED_ACCESS,
} from './probes.events.js';

/** What one probe saw and leads to; everything that is stored of it. */
export type ProbeReport = {
  probe: ClaimedProbe;
  outcome: ProbeOutcome;
  detail: string | null;
  lagMs: number;
  latencyMs: number | null;
  latencyBucket: number | null;
  protocolVersion: string | null;
  finishedAt: Date;
  nextAt: Date;
  coversMs: number;
  state: HealthState;
  since: Date;
  streak: number;
  failures: number;
  era: 'modern' | 'legacy' | null;
  eraAt: Date | null;
  certificateExpiresAt: Date | null;
  findings: HealthFinding[];
  contractDigest: string | null;
  contractChanges: number;
  contractWindowAt: Date | null;
  /** The contract itself when it is another one than before and is to be kept. */
  contract: Contract | null;
};

/** Writes what was seen: the result, the next slot and what follows from a change, all together or not at all. */
@Injectable()
export class ProbeResultRecords {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly contracts: ContractStore,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Stores many at once. A report whose claim has gone to another worker, or whose slot has a result, changes nothing:
   * the slot is worth one result. Returns those that counted.
   */
  store(by: string, reports: readonly ProbeReport[]): Promise<ProbeReport[]> {
    if (reports.length === 0) return Promise.resolve([]);
    return asSystem(() =>
      this.transactions.run(async (tx) => {
        const moved = new Set(await this.move(tx, by, reports));
        const counted = reports.filter((report) => moved.has(report.probe.endpointId));
        for (const report of counted) await this.announce(tx, report);
        return counted;
      }),
    );
  }

  private async move(tx: Tx, by: string, reports: readonly ProbeReport[]): Promise<string[]> {
    const rows = JSON.stringify(reports.map(rowOf));
    const stored = await tx.$queryRaw<{ id: string }[]>`
      WITH seen AS (
        SELECT * FROM jsonb_to_recordset(${rows}::jsonb) AS r(
          endpoint_id text, scheduled_at timestamptz, next_at timestamptz, lag_ms int, outcome text, detail text,
          latency_ms int, latency_bucket smallint, covers_ms int, protocol_version text, state text, since timestamptz,
          streak int, failures int, era text, era_at timestamptz, certificate_expires_at timestamptz, findings jsonb,
          contract_digest text, contract_changes int, contract_window_at timestamptz, finished_at timestamptz)
      ), moved AS (
        UPDATE probe_schedules s SET next_at = r.next_at, claimed_by = NULL, claimed_until = NULL, state = r.state,
          since = r.since, streak = r.streak, failures = r.failures, era = r.era, era_at = r.era_at,
          certificate_expires_at = r.certificate_expires_at, findings = r.findings, contract_digest = r.contract_digest,
          contract_changes = r.contract_changes, contract_window_at = r.contract_window_at, last_outcome = r.outcome,
          last_detail = r.detail, last_at = r.finished_at, last_latency_ms = r.latency_ms
        FROM seen r WHERE s.endpoint_id = r.endpoint_id AND s.next_at = r.scheduled_at AND s.claimed_by = ${by}
        RETURNING s.endpoint_id, s.organization_id
      )
      INSERT INTO probe_results (organization_id, endpoint_id, scheduled_at, lag_ms, outcome, detail, latency_ms,
        latency_bucket, covers_ms, era, protocol_version, contract_digest, state)
      SELECT m.organization_id, r.endpoint_id, r.scheduled_at, r.lag_ms, r.outcome, r.detail, r.latency_ms,
        r.latency_bucket, r.covers_ms, r.era, r.protocol_version, r.contract_digest, r.state
      FROM seen r JOIN moved m ON m.endpoint_id = r.endpoint_id
      ON CONFLICT ON CONSTRAINT probe_results_pkey DO NOTHING
      RETURNING endpoint_id AS id`;
    return stored.map((row) => row.id);
  }

  private async announce(tx: Tx, report: ProbeReport): Promise<void> {
    const { probe } = report;
    const { organizationId, endpointId, versionId, environmentId } = probe;
    const about = { endpointId, versionId, environmentId };
    if (report.contract !== null) {
      await this.contracts.save(tx, organizationId, report.contract, report.finishedAt);
      const payload = { ...about, digest: report.contract.digest, previousDigest: probe.contractDigest };
      await this.outbox.append(tx, { organizationId, topic: ENDPOINT_CONTRACT_OBSERVED, payload });
    }
    const codes = report.findings.map((finding) => finding.code);
    if (report.state !== probe.state) {
      const change = { from: probe.state, to: report.state, outcome: report.outcome, findings: codes };
      const payload = { ...about, environmentKind: probe.environmentKind, ...change };
      await this.outbox.append(tx, { organizationId, topic: ENDPOINT_HEALTH_CHANGED, payload });
    }
    const open = codes.includes(OPEN.code);
    if (open !== probe.findings.some((finding) => finding.code === OPEN.code)) {
      const payload = { ...about, open };
      await this.outbox.append(tx, { organizationId, topic: ENDPOINT_UNAUTHENTICATED_ACCESS, payload });
    }
  }
}

function rowOf(report: ProbeReport) {
  return {
    endpoint_id: report.probe.endpointId,
    scheduled_at: report.probe.scheduledAt,
    next_at: report.nextAt,
    lag_ms: report.lagMs,
    outcome: report.outcome,
    detail: report.detail,
    latency_ms: report.latencyMs,
    latency_bucket: report.latencyBucket,
    covers_ms: report.coversMs,
    protocol_version: report.protocolVersion,
    state: report.state,
    since: report.since,
    streak: report.streak,
    failures: report.failures,
    era: report.era,
    era_at: report.eraAt,
    certificate_expires_at: report.certificateExpiresAt,
    findings: report.findings,
    contract_digest: report.contractDigest,
    contract_changes: report.contractChanges,
    contract_window_at: report.contractWindowAt,
    finished_at: report.finishedAt,
  };
}
