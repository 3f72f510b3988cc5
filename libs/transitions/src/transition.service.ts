import { Injectable } from '@nestjs/common';
import { AccessService, type AccessTarget, type Action } from '@rollcall/access';
import type { RequestContext } from '@rollcall/kernel';
import {
  answer,
  evaluate,
  findRule,
  type GuardReport,
  HOLDS,
  type HoldRule,
  type LifecycleState,
  rulesFrom,
  type Track,
  type TransitionRule,
} from '@rollcall/lifecycle';
import { TransactionRunner, type Tx } from '@rollcall/persistence';
import { RemoteAddresses, ServerCatalog } from '@rollcall/registry';
import { EvidenceCollector } from './evidence.collector.js';
import type { SubjectVersion } from './question.js';
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
  /** `to` is the present state where a hold is asked for. */
  rule: { from: LifecycleState; to: LifecycleState; action: string };
  hold: HoldRule['hold'] | null;
  guards: GuardReport[];
  answer: 'yes' | 'no' | 'unknown';
  /** Whether the roles of whoever asks allow the step, whatever the guards say. */
  permitted: boolean;
};

/** A step somebody asks about: to a state, or a hold beside it. */
export type GateQuestion = Omit<TransitionInput, 'to'> & {
  to?: LifecycleState | null;
  hold?: HoldRule['hold'] | null;
};

/** The one way a version moves. The console, the CLI and the sweep all come through here. */
@Injectable()
export class TransitionService {
  constructor(
    private readonly access: AccessService,
    private readonly catalog: ServerCatalog,
    private readonly evidence: EvidenceCollector,
    private readonly transactions: TransactionRunner,
    private readonly records: TransitionRecords,
    private readonly addresses: RemoteAddresses,
  ) {}

  /** Evaluates the guards of a step without taking it. */
  async canI(ctx: RequestContext, question: GateQuestion): Promise<GateReport> {
    const version = await this.catalog.version(ctx, question.version);
    const from = version.state as LifecycleState;
    const to = question.to ?? from;
    const hold = question.hold ?? null;
    if ((hold === null) === ((question.to ?? null) === null)) {
      throw invalidInput('to', 'Ask for a state or for a hold, and not for both.', 'Give either "to" or "hold".');
    }
    const rule = hold === null ? ruleFor(version, to) : holdRule(hold);
    const input = { ...question, to };
    const guards = evaluate(rule, await this.evidence.collect(ctx, version, { input, guards: rule.guards }));
    const permitted = await this.access.can(ctx, rule.action as Action, targetOf(version));
    return { version, rule: { from, to, action: rule.action }, hold, guards, answer: answer(guards), permitted };
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
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const version = attempt === 1 ? visible : await this.catalog.version(ctx, { byId: visible.id });
      const move = await this.prepare(ctx, version, input);
      const transitionId = await this.moveUnlessChanged(ctx, move);
      if (transitionId !== null) return { transitionId, guards: move.guards };
    }
    throw versionBusy();
  }

  /**
   * Authorizes a step and evaluates its guards, without taking it; refuses with GUARD_UNMET unless all are met or an
   * administrator overrides them.
   */
  async prepare(ctx: RequestContext, version: SubjectVersion, input: Omit<TransitionInput, 'version'>): Promise<Move> {
    const move = await this.judge(ctx, version, input);
    return { ...move, overridden: await this.decide(ctx, move) };
  }

  /**
   * Authorizes a step and says what its guards say, whatever it is. Evidence comes over other connections than the one that
   * writes: gathered inside its transaction, many steps at once starve the pool.
   */
  async judge(ctx: RequestContext, version: SubjectVersion, input: Omit<TransitionInput, 'version'>): Promise<Move> {
    const rule = ruleFor(version, input.to);
    await this.access.authorize(ctx, rule.action as Action, targetOf(version));
    if (rule.reasonRequired && !input.reason?.trim()) throw reasonRequired();
    const guards = evaluate(rule, await this.evidence.collect(ctx, version, { input, guards: rule.guards }));
    return { version, rule, guards, overridden: false, input };
  }

  /** Null when the version is no longer the one that was evaluated. */
  private moveUnlessChanged(ctx: RequestContext, move: Move): Promise<string | null> {
    const { id, serverId, revision, contractDigest } = move.version;
    return this.transactions.run(async (tx) => {
      await lockServer(tx, serverId);
      const now = await tx.serverVersion.findUniqueOrThrow({ where: { id } });
      if (now.revision !== revision || now.contractDigest !== contractDigest) return null;
      if (move.rule.guards.includes('remote_url_unique') && (await this.isTaken(tx, move.version))) return null;
      return this.records.move(tx, ctx, move);
    });
  }

  /** Asked again under a lock: another server may have taken an address since the guard was evaluated. */
  private async isTaken(tx: Tx, version: SubjectVersion): Promise<boolean> {
    const rows = await tx.$queryRaw<{ url: string }[]>`
      SELECT url FROM version_remotes WHERE version_id = ${version.id}`;
    const urls = rows.map((row) => row.url);
    await this.addresses.lock(tx, version.organizationId, urls);
    return (await this.addresses.other(tx, version, urls)) !== null;
  }

  /** True when an administrator overrode what was not met; throws GUARD_UNMET when nobody did. */
  private async decide(ctx: RequestContext, step: Move): Promise<boolean> {
    const { rule, guards, input } = step;
    if (answer(guards) === 'yes') return false;
    if (!input.override) throw guardUnmet(rule.from, rule.to, guards);
    if (!rule.overridable) throw notOverridable(rule.from, rule.to);
    await this.access.authorize(ctx, 'version.override');
    if (!input.reason?.trim()) throw reasonRequired();
    return true;
  }
}

/** What the permission is asked for: the team, and the attributes that may narrow it. */
export function targetOf({ server }: SubjectVersion): AccessTarget {
  return { teamId: server.teamId, attributes: { criticality: server.criticality, dataClass: server.dataClass } };
}

function holdRule(hold: HoldRule['hold']): HoldRule {
  const rule = HOLDS.find((one) => one.hold === hold);
  if (!rule) throw invalidInput('hold', `There is no hold "${hold}".`, 'Use quarantine or release.');
  return rule;
}

/** The rule of a step of this version's track; refuses with NO_SUCH_TRANSITION, and forward steps of a quarantined one. */
export function ruleFor(
  version: { state: string; track: string; quarantineReason: string | null },
  to: LifecycleState,
): TransitionRule {
  const [from, track] = [version.state as LifecycleState, version.track as Track];
  const rule = findRule(from, to, track);
  if (!rule) {
    throw noSuchTransition(
      from,
      to,
      rulesFrom(from, track).map((one) => one.to),
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
