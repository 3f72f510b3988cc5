import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { Principal, RequestContext } from '@rollcall/kernel';
import type { GuardReport, TransitionRule } from '@rollcall/lifecycle';
import { Outbox, Prisma, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { policyChanged } from '@rollcall/registry';
import { LatestVersion } from './latest-version.prisma.js';
import type { SubjectVersion } from './question.js';
import {
  readApprovalRules,
  readToolMapping,
  type StoredDeprecation,
  statusMessageOf,
  type TransitionInput,
} from './transition.js';
import { VERSION_QUARANTINED, VERSION_RELEASED, VERSION_TRANSITIONED } from './transitions.events.js';

/** One step, decided. */
export type Move = {
  version: SubjectVersion;
  rule: TransitionRule;
  guards: GuardReport[];
  overridden: boolean;
  input: Omit<TransitionInput, 'version'>;
  /** Two administrators took it although guards failed: who asked. Who confirms is the one whose request this is. */
  breakGlass?: { requestId: string; principal: Pick<Principal, 'id' | 'handle'> };
};

/** One mover at a time per server: `latest` is decided over all its versions, so a lock per version would not do. */
export const lockServer = (tx: Tx, serverId: string): Promise<void> => withAdvisoryLock(tx, `server:${serverId}`);

/** Writes a step: the new state, the frozen evidence, the audit event and the outbox events, all or nothing. */
@Injectable()
export class TransitionRecords {
  constructor(
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
    private readonly latest: LatestVersion,
  ) {}

  /** Takes the step; returns the id of the transition. Call under the server's lock. */
  async move(tx: Tx, ctx: RequestContext, move: Move): Promise<string> {
    const { version, rule, input } = move;
    const now = ctx.clock.now();
    await tx.serverVersion.update({
      where: { id: version.id },
      data: { state: rule.to, stateChangedAt: now, updatedAt: now, revision: { increment: 1 }, ...changeOf(move) },
    });
    await this.latest.follow(tx, version, now);
    const id = ctx.ids.next('trn');
    await tx.transition.create({
      data: {
        id,
        organizationId: ctx.organizationId,
        versionId: version.id,
        fromState: rule.from,
        toState: rule.to,
        actorId: (move.breakGlass?.principal ?? ctx.principal).id,
        actorHandle: (move.breakGlass?.principal ?? ctx.principal).handle,
        reason: input.reason ?? null,
        guards: move.guards as object,
        overridden: move.overridden,
        breakGlass: move.breakGlass !== undefined,
        confirmedBy: move.breakGlass ? ctx.principal.id : null,
        at: now,
      },
    });
    await this.announce(tx, ctx, move, id);
    return id;
  }

  /** Holds or lifts a quarantine beside the state. */
  async quarantine(
    tx: Tx,
    ctx: RequestContext,
    hold: { version: SubjectVersion; quarantined: boolean; reason: string },
  ) {
    const { version, quarantined, reason } = hold;
    await tx.serverVersion.update({
      where: { id: version.id },
      data: {
        quarantineReason: quarantined ? reason : null,
        updatedAt: ctx.clock.now(),
        revision: { increment: 1 },
      },
    });
    await this.latest.follow(tx, version, ctx.clock.now());
    const environments = await tx.environment.findMany({ where: { organizationId: ctx.organizationId } });
    for (const environment of environments) {
      const last = await tx.killEntry.findFirst({
        where: { environmentId: environment.id },
        orderBy: { sequence: 'desc' },
      });
      await tx.killEntry.create({
        data: {
          environmentId: environment.id,
          organizationId: ctx.organizationId,
          sequence: (last?.sequence ?? 0) + 1,
          versionId: version.id,
          lifted: !quarantined,
          reason,
          at: ctx.clock.now(),
        },
      });
    }
    await this.audit.append(tx, ctx, {
      action: quarantined ? 'version.quarantine' : 'version.release',
      subject: `version:${version.server.name}@${version.version}`,
      data: { reason },
    });
    await this.outbox.append(tx, {
      organizationId: ctx.organizationId,
      topic: quarantined ? VERSION_QUARANTINED : VERSION_RELEASED,
      payload: { versionId: version.id },
    });
    await this.outbox.append(tx, policyChanged(ctx.organizationId));
  }

  private async announce(tx: Tx, ctx: RequestContext, move: Move, transitionId: string): Promise<void> {
    const { version, rule } = move;
    await this.audit.append(tx, ctx, {
      action: move.breakGlass ? 'version.break_glass_confirm' : (rule.recordedAs ?? rule.action),
      subject: `version:${version.server.name}@${version.version}`,
      data: {
        from: rule.from,
        to: rule.to,
        reason: move.input.reason ?? null,
        overridden: move.overridden,
        transition: transitionId,
        ...(move.breakGlass
          ? { request: move.breakGlass.requestId, requestedBy: move.breakGlass.principal.handle, action: rule.action }
          : {}),
      },
    });
    await this.outbox.append(tx, {
      organizationId: ctx.organizationId,
      topic: VERSION_TRANSITIONED,
      payload: { versionId: version.id, transitionId, from: rule.from, to: rule.to },
    });
    // no bundle ever contains a listed version
    if (version.track !== 'listed') await this.outbox.append(tx, policyChanged(ctx.organizationId));
  }
}

/** What a step changes beside the state. */
function changeOf({ version, rule, input }: Move): object {
  if (version.track === 'listed') return { statusMessage: statusMessageOf(rule.to, input.message) };
  if (rule.from === 'in_review' && rule.to === 'staging') {
    // what was reviewed is what is pinned: the contract and the reviewer's decision per destructive tool
    return { approvedContractDigest: version.contractDigest, approvalRules: readApprovalRules(input.approvalRules) };
  }
  if (rule.to === 'deprecated') {
    const deprecation = deprecationOf(version, input);
    return { deprecation, statusMessage: statusMessageOf(rule.to, deprecation.message) };
  }
  // taken back: nobody may be told of an end that is no longer announced
  if (rule.from === 'deprecated' && rule.to === 'active') return { deprecation: Prisma.DbNull, statusMessage: null };
  if (rule.to === 'decommissioned' && input.message) return { statusMessage: statusMessageOf(rule.to, input.message) };
  return {};
}

function deprecationOf(version: SubjectVersion, input: Move['input']): StoredDeprecation {
  const { successor } = input;
  const instead = successor ? `use ${successor.server} ${successor.version}` : 'nothing replaces it';
  const sunsetAt = (input.sunsetAt ?? new Date(Number.NaN)).toISOString();
  return {
    sunsetAt,
    message: input.message ?? `${version.server.name} ${version.version} ends on ${sunsetAt.slice(0, 10)}; ${instead}.`,
    successor: successor
      ? { server: successor.server, version: successor.version, tools: readToolMapping(successor.tools) }
      : null,
  };
}
