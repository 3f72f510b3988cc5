import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import { Outbox, type Prisma, type Tx } from '@rollcall/persistence';
import { DRIFT_DETECTED, DRIFT_RESOLVED } from './drift.events.js';
import type { DriftVerdict } from './drift.js';

/** A version as drift looks at it. */
export type DriftingVersion = { id: string; serverId: string; version: string; server: { name: string } };

/** The two digests of a drift, where it was seen, and how. */
export type DriftSeen = {
  version: DriftingVersion;
  environmentId: string | null;
  approvedDigest: string;
  observedDigest: string;
  source: 'probe' | 'inspection';
};

/** A finding as it is stored. */
export type Finding = Prisma.DriftFindingGetPayload<object>;

/** Writes of drift findings with their audit and outbox rows. */
@Injectable()
export class DriftRecords {
  constructor(
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  async open(tx: Tx, ctx: RequestContext, seen: DriftSeen, verdict: DriftVerdict): Promise<Finding> {
    const { version, ...rest } = seen;
    const now = ctx.clock.now();
    const finding = await tx.driftFinding.create({
      data: {
        id: ctx.ids.next('drf'),
        organizationId: ctx.organizationId,
        serverId: version.serverId,
        versionId: version.id,
        ...rest,
        ...columnsOf(verdict),
        status: 'open',
        detectedAt: now,
        lastSeenAt: now,
      },
    });
    await this.announce(tx, ctx, version, finding);
    return finding;
  }

  /** Another contract than the one the finding was about. One that never stands still is announced no further. */
  async follow(
    tx: Tx,
    ctx: RequestContext,
    finding: Finding,
    { seen, verdict }: { seen: DriftSeen; verdict: DriftVerdict },
  ) {
    const next = await tx.driftFinding.update({
      where: { id: finding.id },
      data: {
        ...columnsOf(verdict),
        observedDigest: seen.observedDigest,
        source: seen.source,
        lastSeenAt: ctx.clock.now(),
        observedContracts: { increment: 1 },
      },
    });
    if (finding.kind !== 'unstable') await this.announce(tx, ctx, seen.version, next);
    return next;
  }

  async touch(tx: Tx, ctx: RequestContext, finding: Finding): Promise<void> {
    await tx.driftFinding.updateMany({ where: { id: finding.id }, data: { lastSeenAt: ctx.clock.now() } });
  }

  async markQuarantined(tx: Tx, finding: Finding): Promise<void> {
    await tx.driftFinding.update({ where: { id: finding.id }, data: { quarantined: true } });
  }

  /** Ends an open finding; `reason` when a person does. */
  async end(
    tx: Tx,
    ctx: RequestContext,
    { finding, version, reason }: { finding: Finding; version: DriftingVersion; reason: string | null },
  ): Promise<Finding> {
    const status = reason === null ? 'resolved' : 'dismissed';
    const ended = await tx.driftFinding.update({
      where: { id: finding.id },
      data: {
        status,
        resolvedAt: ctx.clock.now(),
        resolvedBy: reason === null ? null : ctx.principal.id,
        reason,
      },
    });
    await this.audit.append(tx, ctx, {
      action: reason === null ? 'drift.resolve' : 'drift.dismiss',
      subject: subjectOf(version),
      data: { drift: finding.id, observed: finding.observedDigest, ...(reason === null ? {} : { reason }) },
    });
    await this.outbox.append(tx, {
      organizationId: ctx.organizationId,
      topic: DRIFT_RESOLVED,
      payload: { driftId: finding.id, versionId: finding.versionId, environmentId: finding.environmentId, status },
    });
    return ended;
  }

  private async announce(tx: Tx, ctx: RequestContext, version: DriftingVersion, finding: Finding): Promise<void> {
    const { id, versionId, environmentId, conclusion, risk, kind, approvedDigest, observedDigest } = finding;
    await this.audit.append(tx, ctx, {
      action: 'drift.detect',
      subject: subjectOf(version),
      data: { drift: id, kind, conclusion, risk, approved: approvedDigest, observed: observedDigest },
    });
    await this.outbox.append(tx, {
      organizationId: ctx.organizationId,
      topic: DRIFT_DETECTED,
      payload: { driftId: id, versionId, environmentId },
    });
  }
}

function columnsOf({ kind, sameAs, risk, comparison }: DriftVerdict) {
  return { kind, sameAs, risk, conclusion: comparison.conclusion, comparison: comparison as object };
}

const subjectOf = ({ server, version }: DriftingVersion) => `version:${server.name}@${version}`;
