import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { buildContract, type Contract } from '@rollcall/contract';
import { InspectionPolicy, resolveTarget } from '@rollcall/inspections';
import { DAY_MS, Refusal } from '@rollcall/kernel';
import { type InspectionOptions, type InspectionTarget, inspectServer, type Observation } from '@rollcall/mcp-client';
import { pauseAfter, slotAfter } from './cadence.js';
import { findingsAfter, healthAfter, MAX_CONTRACT_CHANGES } from './health.js';
import { latencyBucket } from './latency-histogram.js';
import { type ClaimedProbe, isAnswered, type ProbeOutcome } from './probe.js';
import type { ProbeReport } from './probe-result.records.prisma.js';

/** What may be probed, and how long one probe may take. Nest token. */
export class ProberSettings {
  constructor(
    readonly inspection: InspectionPolicy,
    readonly timeoutMs = 10_000,
  ) {}
}

const MAX_DETAIL = 500;
const MAX_KNOWN = 10_000;

type Seen = { outcome: ProbeOutcome; detail: string | null; observation: Observation | null };
type Observed = { digest: string | null; contract: Contract | null; changes: number; windowAt: Date | null };

/** Makes one probe: a connection, all lists, and what follows from what was seen. Touches no row. */
@Injectable()
export class ProbeRunner {
  /** Digests of offers that were seen before: the same offer is not made into a contract every minute. */
  private readonly known = new Map<string, string>();

  constructor(
    private readonly settings: ProberSettings,
    private readonly runtime: Runtime,
  ) {}

  /** Never throws for what a server does. A fault of our own is told to `onFault` and is an outcome too: the slot is over. */
  async run(probe: ClaimedProbe, onFault: (error: unknown) => void): Promise<ProbeReport> {
    const startedAt = this.runtime.clock.now();
    const seen = await this.look(probe, onFault);
    return this.report(probe, seen, { startedAt, finishedAt: this.runtime.clock.now() });
  }

  private async look(probe: ClaimedProbe, onFault: (error: unknown) => void): Promise<Seen> {
    try {
      const endpoints = [probe];
      const target = resolveTarget({ manifest: {}, endpoints }, probe.environmentId, this.settings.inspection);
      const observation = await inspectServer(target, this.options(probe, target));
      return { outcome: observation.outcome, detail: observation.detail, observation };
    } catch (error) {
      if (error instanceof Refusal) return { outcome: 'refused_by_policy', detail: error.message, observation: null };
      onFault(error);
      return { outcome: 'unknown', detail: 'The probe could not be made, by a fault on our side.', observation: null };
    }
  }

  private options(probe: ClaimedProbe, target: InspectionTarget): InspectionOptions {
    const { clock } = this.runtime;
    const prior =
      probe.era === null || probe.eraAt === null ? null : { era: probe.era, checkedAt: probe.eraAt.toISOString() };
    // starting a program may take longer than answering a request
    const timeoutMs = target.transport === 'stdio' ? this.settings.inspection.timeoutMs : this.settings.timeoutMs;
    const { network } = this.settings.inspection;
    // a Unix socket is only ever named by the operator's own file
    return { network, clock, timeoutMs, prior, allowUnixSockets: target.transport === 'unix' };
  }

  private report(probe: ClaimedProbe, seen: Seen, times: { startedAt: Date; finishedAt: Date }): ProbeReport {
    const { outcome, observation } = seen;
    const { startedAt, finishedAt } = times;
    const health = healthAfter(probe, outcome, finishedAt);
    const observed = this.observe(probe, observation, finishedAt);
    const pause = pauseAfter(probe.intervalMs, health);
    const scheduledAt = probe.scheduledAt.getTime();
    const nextAt = slotAfter(Math.max(scheduledAt, finishedAt.getTime()), pause, probe.spread);
    const latencyMs = observation && isAnswered(outcome) ? Math.round(observation.latencyMs) : null;
    const certificateExpiresAt = certificateOf(probe, observation);
    const unstable = observed.changes > MAX_CONTRACT_CHANGES;
    return {
      probe,
      outcome,
      detail: seen.detail?.slice(0, MAX_DETAIL).replaceAll('\0', '') ?? null,
      lagMs: Math.max(0, startedAt.getTime() - scheduledAt),
      latencyMs,
      latencyBucket: latencyMs === null ? null : latencyBucket(latencyMs),
      protocolVersion: observation?.protocolVersion ?? null,
      finishedAt,
      nextAt: new Date(nextAt),
      coversMs: Math.min(nextAt - scheduledAt, 2 * Math.max(pause, probe.intervalMs)),
      state: health.state,
      since: health.since,
      streak: health.streak,
      failures: health.failures,
      ...eraOf(probe, observation),
      certificateExpiresAt,
      findings: observation
        ? findingsAfter(probe, { observation, certificateExpiresAt, unstable }, finishedAt)
        : probe.findings,
      contractDigest: observed.digest,
      contractChanges: observed.changes,
      contractWindowAt: observed.windowAt,
      contract: observed.contract,
    };
  }

  /** What the endpoint offers now. A contract that differs is handed on, unless the list never settles. */
  private observe(probe: ClaimedProbe, observation: Observation | null, now: Date): Observed {
    const begun = probe.contractWindowAt !== null && now.getTime() - probe.contractWindowAt.getTime() < DAY_MS;
    const before = { changes: begun ? probe.contractChanges : 0, windowAt: begun ? probe.contractWindowAt : null };
    const unchanged = { ...before, digest: probe.contractDigest, contract: null };
    if (!observation?.offer) return unchanged;
    const fingerprint = createHash('sha256').update(JSON.stringify(observation.offer)).digest('base64');
    if (probe.contractDigest !== null && this.known.get(fingerprint) === probe.contractDigest) return unchanged;
    const { contract } = buildContract(observation.offer);
    if (contract === null) return unchanged;
    this.remember(fingerprint, contract.digest);
    if (contract.digest === probe.contractDigest) return unchanged;
    const changes = before.changes + 1;
    const windowAt = before.windowAt ?? now;
    if (changes > MAX_CONTRACT_CHANGES) return { ...unchanged, changes, windowAt };
    return { digest: contract.digest, contract, changes, windowAt };
  }

  private remember(fingerprint: string, digest: string): void {
    if (this.known.size >= MAX_KNOWN) {
      const [oldest] = this.known.keys();
      if (oldest !== undefined) this.known.delete(oldest);
    }
    this.known.set(fingerprint, digest);
  }
}

/** The era as it was last seen and when; a failure forgets when, so that the next probe finds it out anew. */
function eraOf(probe: ClaimedProbe, observation: Observation | null): Pick<ProbeReport, 'era' | 'eraAt'> {
  const verdict = observation?.eraVerdict ?? null;
  if (verdict !== null) return { era: verdict.era, eraAt: new Date(verdict.checkedAt) };
  return { era: observation?.era ?? probe.era, eraAt: null };
}

function certificateOf(probe: ClaimedProbe, observation: Observation | null): Date | null {
  const said = observation?.tls ? new Date(observation.tls.expiresAt) : null;
  return said !== null && Number.isFinite(said.getTime()) ? said : probe.certificateExpiresAt;
}
