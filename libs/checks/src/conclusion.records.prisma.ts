import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { Comparison } from '@rollcall/compatibility';
import type { RequestContext } from '@rollcall/kernel';
import { DEFAULT_POLICY } from '@rollcall/lifecycle';
import { Outbox, type PrismaService, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { type ApprovalKey, ChangeApprovals } from './change-approvals.read-model.prisma.js';
import type { CheckFacts, CheckFinding, CheckImpact, CheckStep, CheckTerms, CheckVerdict } from './check.js';
import { CHECK_APPROVAL_REQUESTED, CHECK_COMPLETED, CHECK_CONCLUDED } from './checks.events.js';
import { judge } from './conclude.js';

/** A check as it is stored. */
export type StoredCheck = Awaited<ReturnType<PrismaService['check']['findUniqueOrThrow']>>;

/** What a run found out about a check. */
export type RunResult = { facts: CheckFacts; baseVersionId: string | null; contractDigest: string | null };

/** How many checks of one context follow an approval: the newest are those that somebody looks at. */
const FOLLOWING = 20;

/**
 * Conclusions of checks. A conclusion is drawn while the approvals of its context are locked, and appended: what a check
 * said before stays on the record (ADR 0028).
 */
@Injectable()
export class ConclusionRecords {
  constructor(
    private readonly approvals: ChangeApprovals,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** Until the transaction ends nobody else concludes a check of this context or approves a change in it. */
  async lock(tx: Tx, key: ApprovalKey): Promise<void> {
    await withAdvisoryLock(tx, `approvals:${key.organizationId}:${key.serverName}:${key.approvalContext}`);
  }

  /** The first conclusion. A second run of the same check waits here for the first, then finds it concluded. */
  async first(tx: Tx, ctx: RequestContext, check: StoredCheck, result: RunResult): Promise<void> {
    await this.lock(tx, check);
    const open = { id: check.id, status: { in: ['queued', 'running'] } };
    if ((await tx.check.updateMany({ where: open, data: { status: 'running' } })).count === 0) return;
    const { facts, baseVersionId, contractDigest } = result;
    const before = await this.waitedFor(tx, check);
    const verdict = judge(facts, await this.approved(tx, check));
    await tx.check.update({
      where: { id: check.id },
      data: {
        status: 'completed',
        contractDigest,
        baseVersionId,
        comparison: (facts.comparison ?? undefined) as object,
        findings: facts.findings as object,
        impacts: facts.impacts as object,
        terms: facts.terms as object,
        finishedAt: ctx.clock.now(),
      },
    });
    await this.append(tx, ctx, { check, verdict, cause: 'run', sequence: 1 });
    await this.audit.append(tx, ctx, {
      action: 'version.check',
      subject: check.versionId ? `version:${check.versionId}` : `server:${check.serverName}`,
      data: { check: check.id, conclusion: verdict.conclusion, contract: contractDigest },
    });
    await this.announce(tx, check, verdict.conclusion);
    if (verdict.waiting.some((one) => !before.has(one))) await this.askForApproval(tx, check, verdict.waiting);
  }

  /** Concludes the newest checks of a context again, from what they recorded. Nothing is measured anew. */
  async again(tx: Tx, ctx: RequestContext, key: ApprovalKey, cause: 'approval' | 'revocation'): Promise<void> {
    const { organizationId, serverName, approvalContext } = key;
    const checks = await tx.check.findMany({
      where: { organizationId, serverName, approvalContext, status: 'completed' },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      take: FOLLOWING,
    });
    const approved = await this.approved(tx, key);
    for (const check of checks) {
      const verdict = judge(storedFacts(check), approved);
      if (JSON.stringify(verdict.waiting) === JSON.stringify(check.waiting)) continue;
      const sequence = (await tx.checkConclusion.count({ where: { checkId: check.id } })) + 1;
      await this.append(tx, ctx, { check, verdict, cause: sequence === 1 ? 'run' : cause, sequence });
      if (verdict.conclusion !== check.conclusion) await this.announce(tx, check, verdict.conclusion);
    }
  }

  private async append(
    tx: Tx,
    ctx: RequestContext,
    entry: { check: StoredCheck; verdict: CheckVerdict; cause: string; sequence: number },
  ): Promise<void> {
    const { check, verdict, cause, sequence } = entry;
    const { conclusion, steps, waiting } = verdict;
    await tx.checkConclusion.create({
      data: {
        organizationId: check.organizationId,
        checkId: check.id,
        sequence,
        cause,
        conclusion,
        steps: steps as object,
        actorId: ctx.principal.id,
        actorHandle: ctx.principal.handle,
        at: ctx.clock.now(),
      },
    });
    await tx.check.update({ where: { id: check.id }, data: { conclusion, steps: steps as object, waiting } });
  }

  private async approved(tx: Tx, key: ApprovalKey): Promise<ReadonlySet<string>> {
    return new Set((await this.approvals.inForce(key, tx)).keys());
  }

  /** What the check before in this context waited for: asking twice for the same is noise. */
  private async waitedFor(tx: Tx, check: StoredCheck): Promise<ReadonlySet<string>> {
    const { organizationId, serverName, approvalContext } = check;
    const previous = await tx.check.findFirst({
      where: { organizationId, serverName, approvalContext, status: 'completed' },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      select: { waiting: true },
    });
    return new Set(previous?.waiting);
  }

  private async announce(tx: Tx, check: StoredCheck, conclusion: string): Promise<void> {
    const { organizationId, id: checkId } = check;
    if (check.versionId) await this.outbox.append(tx, { organizationId, topic: CHECK_CONCLUDED, payload: { checkId } });
    if (check.inspectionId) return;
    await this.outbox.append(tx, { organizationId, topic: CHECK_COMPLETED, payload: { checkId, conclusion } });
  }

  private async askForApproval(tx: Tx, check: StoredCheck, waiting: readonly string[]): Promise<void> {
    const { organizationId, id: checkId } = check;
    const payload = { checkId, waiting: waiting.length };
    await this.outbox.append(tx, { organizationId, topic: CHECK_APPROVAL_REQUESTED, payload });
  }
}

/** What a check recorded when it ran. One from before terms were recorded is judged under the default policy. */
export function storedFacts(check: StoredCheck): CheckFacts {
  const { semver, checkBlocks } = DEFAULT_POLICY;
  const terms = (check.terms ?? {
    semver,
    checkBlocks,
    baseLabel: 'the base',
    baseMissing: 'There is nothing to compare.',
  }) as CheckTerms;
  const steps = check.steps as CheckStep[];
  return {
    settled: steps.filter((step) => step.name !== 'diff' && step.name !== 'expectations'),
    comparison: check.comparison as Comparison | null,
    gate: null,
    findings: check.findings as CheckFinding[],
    impacts: check.impacts as CheckImpact[],
    terms,
  };
}
