import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import type { Refusal, RequestContext } from '@rollcall/kernel';
import { Outbox, type Tx } from '@rollcall/persistence';
import { INSPECTION_FINISHED, INSPECTION_REQUESTED } from './inspections.events.js';

/** Why an inspection runs: it follows a publish, follows an endpoint that was set, or somebody asked. */
export type InspectionPurpose = 'publish' | 'endpoint' | 'request';

/** An inspection as it is queued. */
export type QueuedInspection = {
  organizationId: string;
  versionId: string;
  environmentId: string | null;
  purpose: string;
  requestedBy: string;
};

/** The rows and events around an inspection, so that the service reads as what it does. */
@Injectable()
export class InspectionMessages {
  constructor(
    private readonly runtime: Runtime,
    private readonly outbox: Outbox,
    private readonly audit: AuditLog,
  ) {}

  systemContext(organizationId: string): RequestContext {
    return this.runtime.systemContext(organizationId);
  }

  async queue(tx: Tx, ctx: RequestContext, input: QueuedInspection): Promise<string> {
    const id = ctx.ids.next('ins');
    await tx.inspection.create({
      data: { id, ...input, status: 'queued', issues: [], requestedAt: ctx.clock.now() },
    });
    await this.outbox.append(tx, {
      organizationId: input.organizationId,
      topic: INSPECTION_REQUESTED,
      payload: { inspectionId: id },
    });
    return id;
  }

  /** False when another run of the same inspection has recorded it meanwhile; holds its row until the transaction ends. */
  async claim(tx: Tx, id: string): Promise<boolean> {
    const open = { id, status: { in: ['queued', 'running'] } };
    return (await tx.inspection.updateMany({ where: open, data: { status: 'running' } })).count > 0;
  }

  async refuse(
    tx: Tx,
    ctx: RequestContext,
    inspection: QueuedInspection & { id: string },
    refusal: Refusal,
  ): Promise<void> {
    if (!(await this.claim(tx, inspection.id))) return;
    await tx.inspection.update({
      where: { id: inspection.id },
      data: {
        status: 'failed',
        outcome: 'refused_by_policy',
        detail: `${refusal.message} ${refusal.nextStep}`,
        issues: [{ code: refusal.code, message: refusal.message }],
        finishedAt: ctx.clock.now(),
      },
    });
    await this.finished(tx, ctx, inspection, { outcome: 'refused_by_policy', contract: null });
  }

  async finished(
    tx: Tx,
    ctx: RequestContext,
    inspection: QueuedInspection & { id: string },
    result: { outcome: string; contract: string | null },
  ): Promise<void> {
    await this.audit.append(tx, ctx, {
      action: 'version.inspect',
      subject: `version:${inspection.versionId}`,
      data: { inspection: inspection.id, ...result },
    });
    await this.outbox.append(tx, {
      organizationId: inspection.organizationId,
      topic: INSPECTION_FINISHED,
      payload: {
        inspectionId: inspection.id,
        versionId: inspection.versionId,
        purpose: inspection.purpose,
        requestedBy: inspection.requestedBy,
      },
    });
  }
}
