import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { type JsonObject, notFound, type RequestContext } from '@rollcall/kernel';
import { answer, type GuardReport, type LifecycleState } from '@rollcall/lifecycle';
import { TransactionRunner } from '@rollcall/persistence';
import { ServerCatalog } from '@rollcall/registry';
import { BreakGlassRecords, type BreakGlassRow } from './break-glass.records.prisma.js';
import type { SubjectVersion } from './question.js';
import type { TransitionInput } from './transition.js';
import { lockServer, type Move } from './transition.records.prisma.js';
import { TransitionService } from './transition.service.js';
import {
  breakGlassNotPending,
  breakGlassRefused,
  personRequired,
  reasonRequired,
  secondPersonRequired,
} from './transitions.errors.js';

/** A step that is asked for although a guard fails; the reason is for ever on the version. */
export type BreakGlassInput = Omit<TransitionInput, 'override' | 'reason'> & { reason: string };

/** Two administrators take a step although a guard fails. Never past a quarantine, never without a contract to pin. */
@Injectable()
export class BreakGlassService {
  constructor(
    private readonly access: AccessService,
    private readonly catalog: ServerCatalog,
    private readonly transactions: TransactionRunner,
    private readonly transitions: TransitionService,
    private readonly records: BreakGlassRecords,
  ) {}

  /** Asks for the step; it waits for a second administrator until it expires. Returns the request's id. */
  async request(ctx: RequestContext, input: BreakGlassInput): Promise<string> {
    await this.access.authorize(ctx, 'version.break_glass');
    if (ctx.principal.kind !== 'user') throw personRequired();
    if (!input.reason.trim()) throw reasonRequired();
    const version = await this.catalog.version(ctx, input.version);
    const { version: _, ...step } = input;
    const move = await this.judged(ctx, version, step);
    if (answer(move.guards) === 'yes') {
      throw breakGlassRefused('Every guard of this step is met.', 'Take the step as usual.');
    }
    const minutes = await this.records.minutes(ctx.organizationId);
    return this.transactions.run(async (tx) => {
      await lockServer(tx, version.serverId);
      return this.records.open(tx, ctx, { move, input: JSON.parse(JSON.stringify(step)) as JsonObject, minutes });
    });
  }

  /**
   * Confirms as a second administrator: the guards are evaluated again, their evidence is frozen with the step. Refuses with
   * SECOND_PERSON_REQUIRED, BREAK_GLASS_NOT_PENDING or BREAK_GLASS_REFUSED.
   */
  async confirm(ctx: RequestContext, id: string): Promise<{ transitionId: string; versionId: string }> {
    await this.access.authorize(ctx, 'version.break_glass_confirm');
    if (ctx.principal.kind !== 'user') throw personRequired();
    const request = await this.find(ctx, id);
    if (request.requestedBy === ctx.principal.id) throw secondPersonRequired();
    assertPending(request, ctx);
    const version = await this.catalog.version(ctx, { byId: request.versionId });
    if (version.state !== request.fromState || version.contractDigest !== request.contractDigest) throw stale();
    const move = await this.judged(ctx, version, inputOf(request));
    const principal = { id: request.requestedBy, handle: request.requestedByHandle };
    return this.transactions.run(async (tx) => {
      await lockServer(tx, version.serverId);
      // taken under the lock: of two who confirm at once, one finds it decided
      const pending = await this.records.pending(tx, id);
      if (!pending) throw breakGlassNotPending('no longer pending');
      assertPending(pending, ctx);
      const now = await tx.serverVersion.findUniqueOrThrow({ where: { id: version.id } });
      if (now.revision !== version.revision || now.contractDigest !== version.contractDigest) throw stale();
      const transitionId = await this.records.confirm(tx, ctx, {
        request: pending,
        move: { ...move, breakGlass: { requestId: id, principal } },
      });
      return { transitionId, versionId: version.id };
    });
  }

  /** Takes a request back, or turns it down. */
  async cancel(ctx: RequestContext, id: string): Promise<void> {
    await this.access.authorize(ctx, 'version.break_glass_cancel');
    const request = await this.find(ctx, id);
    const version = await this.catalog.version(ctx, { byId: request.versionId });
    await this.transactions.run(async (tx) => {
      await lockServer(tx, version.serverId);
      if (!(await this.records.cancel(tx, ctx, { request, version }))) throw breakGlassNotPending('no longer pending');
    });
  }

  /** Requests, newest first; those that were not decided in time say so. */
  async list(ctx: RequestContext, query: { first: number; after?: string | null; pending?: boolean | null }) {
    await this.access.authorize(ctx, 'version.break_glass');
    return this.records.page(ctx, query);
  }

  /** One request, or NOT_FOUND. */
  async byId(ctx: RequestContext, id: string): Promise<BreakGlassRow> {
    await this.access.authorize(ctx, 'version.break_glass');
    return this.find(ctx, id);
  }

  private async find(ctx: RequestContext, id: string): Promise<BreakGlassRow> {
    const row = await this.records.find(ctx, id);
    if (!row) throw notFound('break-glass request', id);
    return row;
  }

  /** The step with its guards as they stand; refuses what no two people can make right. */
  private async judged(
    ctx: RequestContext,
    version: SubjectVersion,
    step: Omit<TransitionInput, 'version'>,
  ): Promise<Move> {
    if (version.track === 'listed') {
      throw breakGlassRefused('A listed version has no guards to break.', 'Set its status instead.');
    }
    const move = await this.transitions.judge(ctx, version, step);
    if (move.rule.guards.length === 0) {
      throw breakGlassRefused('This step has no guards to break.', 'Take the step as usual.');
    }
    if (step.to === 'deprecated' && !step.sunsetAt) {
      throw breakGlassRefused('An end without a date cannot be announced.', 'Name a sunset.');
    }
    const hopeless = move.guards.find(isHopeless);
    if (hopeless) throw breakGlassRefused(hopeless.message, 'Nobody can make up for this: provide what is missing.');
    return move;
  }
}

/** What would leave a version that cannot be served or explained: nothing to pin, or an end that points at itself. */
function isHopeless({ guard, status, evidence }: GuardReport): boolean {
  if (guard === 'contract_known') return status !== 'met';
  return guard === 'successor_declared' && evidence['loop'] === true;
}

function assertPending(request: BreakGlassRow, ctx: RequestContext): void {
  if (request.status !== 'pending') throw breakGlassNotPending(request.status);
  if (request.expiresAt.getTime() <= ctx.clock.now().getTime()) throw breakGlassNotPending('expired');
}

function stale() {
  return breakGlassRefused('The version has changed since this was asked for.', 'Look at it, and ask anew.');
}

function inputOf(request: BreakGlassRow): Omit<TransitionInput, 'version'> {
  const { sunsetAt, ...rest } = request.input as JsonObject & { sunsetAt?: string | null };
  return {
    ...(rest as Omit<TransitionInput, 'version' | 'to'>),
    to: request.toState as LifecycleState,
    reason: request.reason,
    sunsetAt: sunsetAt ? new Date(sunsetAt) : null,
  };
}
