import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import { Outbox, type Tx } from '@rollcall/persistence';
import type { Move } from './transition.records.prisma.js';
import { VERSION_APPROVED } from './transitions.events.js';

/** A reviewer's decision per tool. */
export type Rules = Record<string, 'none' | 'human'>;

/** The record of approvals. */
@Injectable()
export class ApprovalRecords {
  constructor(
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** Approvals of the present contract since the version was handed in. */
  since(tx: Tx, version: { id: string; contractDigest: string | null; stateChangedAt: Date }) {
    return tx.reviewApproval.findMany({
      where: {
        versionId: version.id,
        contractDigest: version.contractDigest ?? '',
        at: { gte: version.stateChangedAt },
      },
      select: { reviewerId: true },
    });
  }

  async write(
    tx: Tx,
    ctx: RequestContext,
    { move, own, comment }: { move: Move; own: Rules; comment?: string | null },
  ): Promise<void> {
    const { version, guards } = move;
    const id = ctx.ids.next('apv');
    await tx.reviewApproval.create({
      data: {
        id,
        organizationId: ctx.organizationId,
        versionId: version.id,
        reviewerId: ctx.principal.id,
        reviewerHandle: ctx.principal.handle,
        contractDigest: version.contractDigest ?? '',
        approvalRules: own,
        comment: comment ?? null,
        guards: guards as object[],
        at: ctx.clock.now(),
      },
    });
    await this.audit.append(tx, ctx, {
      action: 'version.approve',
      subject: `version:${version.server.name}@${version.version}`,
      data: { approval: id, contract: version.contractDigest, comment: comment ?? null },
    });
    const { given, required } = guards.find((one) => one.guard === 'approvals_complete')?.evidence ?? {};
    await this.outbox.append(tx, {
      organizationId: ctx.organizationId,
      topic: VERSION_APPROVED,
      payload: { versionId: version.id, approvalId: id, given: given ?? null, required: required ?? null },
    });
  }
}
