import { Injectable } from '@nestjs/common';
import type { JsonValue, RequestContext } from '@rollcall/kernel';
import { answer, type GuardReport } from '@rollcall/lifecycle';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import { ServerCatalog, type VersionRef } from '@rollcall/registry';
import { ApprovalRecords, type Rules } from './approval.records.prisma.js';
import { readApprovalRules } from './transition.js';
import { lockServer, type Move, TransitionRecords } from './transition.records.prisma.js';
import { TransitionService } from './transition.service.js';
import { alreadyApproved, guardUnmet, versionBusy } from './transitions.errors.js';

/** What one approval led to: the transition when it was the last one that was needed, else null. */
export type ReviewOutcome = {
  versionId: string;
  given: number;
  required: number;
  transitionId: string | null;
  guards: GuardReport[];
};

const MAX_ATTEMPTS = 5;

/** Approvals by several reviewers: each is on record for the contract that was in front of them, the last one moves it. */
@Injectable()
export class ApprovalService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly catalog: ServerCatalog,
    private readonly transactions: TransactionRunner,
    private readonly transitions: TransitionService,
    private readonly records: TransitionRecords,
    private readonly log: ApprovalRecords,
  ) {}

  /**
   * Approves a version in review. Every other guard must be met, as if this were the only approval. Refuses with GUARD_UNMET,
   * ALREADY_APPROVED, NO_SUCH_TRANSITION, FORBIDDEN, NOT_FOUND or VERSION_BUSY.
   */
  async approve(
    ctx: RequestContext,
    input: { version: VersionRef; approvalRules?: JsonValue | null; comment?: string | null },
  ): Promise<ReviewOutcome> {
    const visible = await this.catalog.version(ctx, input.version);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const version = attempt === 1 ? visible : await this.catalog.version(ctx, { byId: visible.id });
      const given = await this.rulesGiven(version);
      const approvalRules = strictest([...given, readApprovalRules(input.approvalRules)]);
      const step = { to: 'staging', approvalRules, reason: input.comment ?? null } as const;
      const move = await this.transitions.judge(ctx, version, step);
      const open = move.guards.filter((one) => one.guard !== 'approvals_complete');
      if (answer(open) !== 'yes') throw guardUnmet(move.rule.from, move.rule.to, open);
      const outcome = await this.store(ctx, move, { ...input, own: readApprovalRules(input.approvalRules) });
      if (outcome !== null) return outcome;
    }
    throw versionBusy();
  }

  private async rulesGiven(version: { id: string; contractDigest: string | null; stateChangedAt: Date }) {
    const rows = await this.prisma.reviewApproval.findMany({
      where: {
        versionId: version.id,
        contractDigest: version.contractDigest ?? '',
        at: { gte: version.stateChangedAt },
      },
      select: { approvalRules: true },
    });
    return rows.map((row) => row.approvalRules as Rules);
  }

  /** Null when the version, or who approved it, is no longer what was evaluated. */
  private store(
    ctx: RequestContext,
    move: Move,
    approval: { own: Rules; comment?: string | null },
  ): Promise<ReviewOutcome | null> {
    const { id, serverId, revision, contractDigest } = move.version;
    const evidence = move.guards.find((one) => one.guard === 'approvals_complete')?.evidence as {
      given: number;
      required: number;
      approvals: { reviewerId: string }[];
    };
    return this.transactions.run(async (tx) => {
      await lockServer(tx, serverId);
      const now = await tx.serverVersion.findUniqueOrThrow({ where: { id } });
      if (now.revision !== revision || now.contractDigest !== contractDigest) return null;
      const rows = await this.log.since(tx, now);
      if (rows.some((row) => row.reviewerId === ctx.principal.id)) throw alreadyApproved();
      if (rows.length !== evidence.approvals.length) return null;
      await this.log.write(tx, ctx, { move, ...approval });
      const complete = answer(move.guards) === 'yes';
      const transitionId = complete ? await this.records.move(tx, ctx, move) : null;
      const { given, required } = evidence;
      return { versionId: id, given, required, transitionId, guards: move.guards };
    });
  }
}

/** Where one reviewer asks for a person, a person is asked. */
function strictest(all: readonly Rules[]): Rules {
  const merged = new Map<string, 'none' | 'human'>();
  for (const rules of all) {
    for (const [tool, rule] of Object.entries(rules)) if (merged.get(tool) !== 'human') merged.set(tool, rule);
  }
  return Object.fromEntries(merged);
}
