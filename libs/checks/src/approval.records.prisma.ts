import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import { Outbox, PrismaService, type Tx } from '@rollcall/persistence';
import { ChangeApprovals } from './change-approvals.read-model.prisma.js';
import { CHANGES_APPROVED, CHANGES_REVOKED } from './checks.events.js';
import { ConclusionRecords, type StoredCheck, storedFacts } from './conclusion.records.prisma.js';
import { type JudgedChange, judgedChanges } from './judged-changes.js';

/** Rows of approvals, with the conclusions, the audit line and the event that belong to each change. */
@Injectable()
export class ApprovalRecords {
  constructor(
    private readonly prisma: PrismaService,
    private readonly approvals: ChangeApprovals,
    private readonly conclusions: ConclusionRecords,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** True for whoever asked for a check of this context, or published its version. */
  async isFirstPerson(principalId: string, check: StoredCheck): Promise<boolean> {
    const { organizationId, serverName, approvalContext, versionId } = check;
    const where = { organizationId, serverName, approvalContext, requestedBy: principalId };
    if ((await this.prisma.check.count({ where })) > 0) return true;
    if (versionId === null) return false;
    const published = { id: versionId, organizationId, publisherId: principalId };
    return (await this.prisma.serverVersion.count({ where: published })) > 0;
  }

  /** Fingerprints of the check's changes that are approved in its context. */
  async approvedOf(check: StoredCheck): Promise<string[]> {
    const approved = await this.approvals.inForce(check);
    const fingerprints = judgedChanges(storedFacts(check)).map((change): string => change.fingerprint);
    return [...new Set(fingerprints)].filter((one) => approved.has(one));
  }

  async approve(
    tx: Tx,
    ctx: RequestContext,
    { check, changes, reason }: { check: StoredCheck; changes: readonly JudgedChange[]; reason: string },
  ): Promise<void> {
    await this.conclusions.lock(tx, check);
    const approved = await this.approvals.inForce(check, tx);
    const fresh = changes.filter((change) => !approved.has(change.fingerprint));
    if (fresh.length === 0) return;
    const { organizationId, serverName, approvalContext } = check;
    await tx.changeApproval.createMany({
      data: fresh.map(({ fingerprint, ruleId, severity, tool, path, message }) => ({
        id: ctx.ids.next('cap'),
        organizationId,
        serverName,
        contextId: approvalContext,
        fingerprint,
        change: { ruleId, severity, tool, path, message },
        checkId: check.id,
        reason,
        approvedBy: ctx.principal.id,
        approvedByHandle: ctx.principal.handle,
        approvedAt: ctx.clock.now(),
      })),
    });
    const fingerprints = fresh.map((change) => change.fingerprint);
    await this.record(tx, ctx, { check, fingerprints, reason, cause: 'approval' });
  }

  /** How many were taken back. */
  async revoke(
    tx: Tx,
    ctx: RequestContext,
    { check, fingerprints, reason }: { check: StoredCheck; fingerprints: readonly string[]; reason: string },
  ): Promise<number> {
    await this.conclusions.lock(tx, check);
    const { organizationId, serverName, approvalContext } = check;
    const { count } = await tx.changeApproval.updateMany({
      where: {
        organizationId,
        serverName,
        contextId: approvalContext,
        fingerprint: { in: [...fingerprints] },
        revokedAt: null,
      },
      data: {
        revokedAt: ctx.clock.now(),
        revokedBy: ctx.principal.id,
        revokedByHandle: ctx.principal.handle,
        revokeReason: reason,
      },
    });
    if (count > 0) await this.record(tx, ctx, { check, fingerprints, reason, cause: 'revocation' });
    return count;
  }

  private async record(
    tx: Tx,
    ctx: RequestContext,
    done: { check: StoredCheck; fingerprints: readonly string[]; reason: string; cause: 'approval' | 'revocation' },
  ): Promise<void> {
    const { check, fingerprints, reason, cause } = done;
    const { organizationId, id } = check;
    await this.conclusions.again(tx, ctx, check, cause);
    await this.audit.append(tx, ctx, {
      action: 'change.approve',
      subject: `server:${check.serverName}`,
      data: { check: id, context: check.approvalContext, fingerprints: [...fingerprints], reason, cause },
    });
    const topic = cause === 'approval' ? CHANGES_APPROVED : CHANGES_REVOKED;
    await this.outbox.append(tx, { organizationId, topic, payload: { checkId: id, fingerprints: [...fingerprints] } });
  }
}
