import { Injectable } from '@nestjs/common';
import { AccessService, type Action } from '@rollcall/access';
import { Refusal, type RequestContext } from '@rollcall/kernel';
import {
  answer,
  evaluate,
  findRule,
  type GuardReport,
  type LifecycleState,
  TRANSITIONS,
  type TransitionRule,
} from '@rollcall/lifecycle';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import { ServerCatalog } from '@rollcall/registry';
import { EvidenceCollector, type SubjectVersion } from './evidence.collector.js';
import type { TransitionInput } from './transition.js';
import { lockServer, type Move, TransitionRecords } from './transition.records.prisma.js';
import {
  guardUnmet,
  invalidInput,
  noSuchTransition,
  notOverridable,
  reasonRequired,
  versionBusy,
} from './transitions.errors.js';

const MAX_ATTEMPTS = 5;

/** What `can-i` answers: every guard of the step with its evidence. */
export type GateReport = {
  version: SubjectVersion;
  rule: TransitionRule;
  guards: GuardReport[];
  answer: 'yes' | 'no' | 'unknown';
};

/** The one way a version moves. The console, the CLI and the sweep all come through here. */
@Injectable()
export class TransitionService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly catalog: ServerCatalog,
    private readonly evidence: EvidenceCollector,
    private readonly transactions: TransactionRunner,
    private readonly records: TransitionRecords,
  ) {}

  /** Evaluates the guards of a step without taking it. */
  async canI(ctx: RequestContext, input: TransitionInput): Promise<GateReport> {
    const version = await this.catalog.version(ctx, input.version);
    const rule = ruleFor(version, input.to);
    const guards = evaluate(rule, await this.evidence.collect(ctx, version, input));
    return { version, rule, guards, answer: answer(guards) };
  }

  /**
   * Takes a step: authorizes it, evaluates its guards, and writes transition, audit event and outbox event in one
   * transaction, unless the version changed since it was read: then everything is evaluated again.
   * Refuses with NO_SUCH_TRANSITION, FORBIDDEN, REASON_REQUIRED, GUARD_UNMET or VERSION_BUSY.
   */
  async transition(
    ctx: RequestContext,
    input: TransitionInput,
  ): Promise<{ transitionId: string; guards: GuardReport[] }> {
    const visible = await this.catalog.version(ctx, input.version);
    await this.access.authorize(ctx, ruleFor(visible, input.to).action as Action, visible.server.teamId);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const version = attempt === 1 ? visible : await this.catalog.version(ctx, { byId: visible.id });
      const move = await this.evaluated(ctx, version, input);
      const transitionId = await this.moveUnlessChanged(ctx, move);
      if (transitionId !== null) return { transitionId, guards: move.guards };
    }
    throw versionBusy();
  }

  /** Evidence comes over other connections than the one that writes: gathered inside, many steps at once starve the pool. */
  private async evaluated(ctx: RequestContext, version: SubjectVersion, input: TransitionInput): Promise<Move> {
    const rule = ruleFor(version, input.to);
    if (rule.reasonRequired && !input.reason?.trim()) throw reasonRequired();
    const guards = evaluate(rule, await this.evidence.collect(ctx, version, input));
    const overridden = await this.decide(ctx, { rule, guards, input });
    return { version, rule, guards, overridden, input };
  }

  /** Null when the version is no longer the one that was evaluated. */
  private moveUnlessChanged(ctx: RequestContext, move: Move): Promise<string | null> {
    const { id, serverId, revision, contractDigest } = move.version;
    return this.transactions.run(async (tx) => {
      await lockServer(tx, serverId);
      const now = await tx.serverVersion.findUniqueOrThrow({ where: { id } });
      if (now.revision !== revision || now.contractDigest !== contractDigest) return null;
      return this.records.move(tx, ctx, move);
    });
  }

  /** Ends every version whose sunset has passed and whose guards are met; returns the ids of those it ended. */
  async sweepSunsets(contextOf: (organizationId: string) => RequestContext, now: Date): Promise<string[]> {
    const due = await this.prisma.serverVersion.findMany({
      where: { state: 'deprecated' },
      orderBy: [{ stateChangedAt: 'asc' }, { id: 'asc' }],
      take: 1000,
    });
    const ended: string[] = [];
    for (const version of due) {
      const sunsetAt = (version.deprecation as { sunsetAt?: string } | null)?.sunsetAt;
      if (!sunsetAt || Date.parse(sunsetAt) > now.getTime()) continue;
      try {
        await this.transition(contextOf(version.organizationId), {
          version: { byId: version.id },
          to: 'decommissioned',
          reason: 'The announced sunset has passed.',
        });
        ended.push(version.id);
      } catch (error) {
        // not drained yet, or somebody was faster: the next sweep asks again
        if (!(error instanceof Refusal)) throw error;
      }
    }
    return ended;
  }

  /** True when an administrator overrode what was not met; throws GUARD_UNMET when nobody did. */
  private async decide(
    ctx: RequestContext,
    step: { rule: TransitionRule; guards: GuardReport[]; input: TransitionInput },
  ): Promise<boolean> {
    const { rule, guards, input } = step;
    if (answer(guards) === 'yes') return false;
    if (!input.override) throw guardUnmet(rule.from, rule.to, guards);
    if (!rule.overridable) throw notOverridable(rule.from, rule.to);
    await this.access.authorize(ctx, 'version.override');
    if (!input.reason?.trim()) throw reasonRequired();
    return true;
  }
}

function ruleFor(version: { state: string; quarantineReason: string | null }, to: LifecycleState): TransitionRule {
  const from = version.state as LifecycleState;
  const rule = findRule(from, to);
  if (!rule) {
    throw noSuchTransition(
      from,
      to,
      TRANSITIONS.filter((one) => one.from === from).map((one) => one.to),
    );
  }
  if (version.quarantineReason !== null && ['staging', 'canary', 'active'].includes(to)) {
    throw invalidInput(
      'version',
      `The version is quarantined: ${version.quarantineReason}`,
      'A security reviewer lifts it with: rollcall release NAME@VERSION --reason R',
    );
  }
  return rule;
}
