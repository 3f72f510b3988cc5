import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import type { RequestContext } from '@rollcall/kernel';
import { TransactionRunner } from '@rollcall/persistence';
import { requireServerName } from '@rollcall/registry';
import { ApprovalRecords } from './approval.records.prisma.js';
import { CheckReadModel } from './check.read-model.prisma.js';
import { CheckSubjects } from './check-subjects.service.js';
import {
  noSuchChange,
  notApproved,
  notConcluded,
  nothingToApprove,
  personRequired,
  reasonRequired,
  secondPersonRequired,
} from './checks.errors.js';
import { type StoredCheck, storedFacts } from './conclusion.records.prisma.js';
import { type JudgedChange, judgedChanges } from './judged-changes.js';

/** Which changes of a check, and why. `all`: every one that waits; when taking back, every approved one of the check. */
export type ChangeDecision = {
  check: string;
  fingerprints?: readonly string[] | null;
  all?: boolean | null;
  reason: string;
};

const MAX_REASON = 1_000;

/** Approves changes for the context of a check, and takes approvals back. Two people: whoever asked never approves. */
@Injectable()
export class ChangeApprovalService {
  constructor(
    private readonly access: AccessService,
    private readonly checks: CheckReadModel,
    private readonly subjects: CheckSubjects,
    private readonly transactions: TransactionRunner,
    private readonly records: ApprovalRecords,
  ) {}

  /** Approves changes; the checks of the context are concluded again. What is approved already stays as it is. */
  async approve(ctx: RequestContext, input: ChangeDecision): Promise<void> {
    const check = await this.authorized(ctx, input.check);
    if (await this.records.isFirstPerson(ctx.principal.id, check)) throw secondPersonRequired();
    const reason = readReason(input.reason);
    if (check.status !== 'completed') throw notConcluded(check.status);
    const changes = chosen(check, input, check.waiting);
    await this.transactions.run((tx) => this.records.approve(tx, ctx, { check, changes, reason }));
  }

  /** Takes approvals back; the checks of the context are concluded again. The approval stays on the record. */
  async revoke(ctx: RequestContext, input: ChangeDecision): Promise<void> {
    const check = await this.authorized(ctx, input.check);
    const reason = readReason(input.reason);
    const approved = await this.records.approvedOf(check);
    const fingerprints = chosen(check, input, approved).map((change) => change.fingerprint);
    const revoked = await this.transactions.run((tx) => this.records.revoke(tx, ctx, { check, fingerprints, reason }));
    if (revoked === 0) throw notApproved();
  }

  /** True when this caller could approve what waits in this check. */
  async mayApprove(ctx: RequestContext, check: StoredCheck): Promise<boolean> {
    if (ctx.principal.kind !== 'user') return false;
    const target = await this.subjects.accessTargetOf(check.organizationId, check.serverName);
    if (!(await this.access.can(ctx, 'change.approve', target))) return false;
    return !(await this.records.isFirstPerson(ctx.principal.id, check));
  }

  private async authorized(ctx: RequestContext, id: string): Promise<StoredCheck> {
    const check = await this.checks.byId(ctx, id);
    const target = await this.subjects.accessTargetOf(check.organizationId, check.serverName);
    await this.access.authorize(ctx, 'change.approve', target);
    requireServerName(ctx, check.serverName);
    if (ctx.principal.kind !== 'user') throw personRequired();
    return check;
  }
}

function readReason(text: string): string {
  const reason = text.trim();
  if (reason.length === 0 || reason.length > MAX_REASON || reason.includes('\0')) throw reasonRequired();
  return reason;
}

/** One change for each fingerprint; every one must be in the check, so that nobody approves what nobody saw. */
function chosen(check: StoredCheck, input: ChangeDecision, everyone: readonly string[]): JudgedChange[] {
  const changes = new Map<string, JudgedChange>(
    judgedChanges(storedFacts(check)).map((change) => [change.fingerprint, change]),
  );
  const named: readonly string[] = input.all ? everyone : (input.fingerprints ?? []);
  if (named.length === 0) throw nothingToApprove();
  return [...new Set(named)].map((fingerprint) => {
    const change = changes.get(fingerprint);
    if (!change) throw noSuchChange(fingerprint);
    return change;
  });
}
