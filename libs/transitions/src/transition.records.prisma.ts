import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import { type GuardReport, type LifecycleState, latestVersion, type TransitionRule } from '@rollcall/lifecycle';
import { Outbox, Prisma, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { policyChanged } from '@rollcall/registry';
import type { SubjectVersion } from './evidence.collector.js';
import { readApprovalRules, readToolMapping, type StoredDeprecation, type TransitionInput } from './transition.js';
import { VERSION_TRANSITIONED } from './transitions.events.js';

/** One step, decided. */
export type Move = {
  version: SubjectVersion;
  rule: TransitionRule;
  guards: GuardReport[];
  overridden: boolean;
  input: TransitionInput;
};

/** One mover at a time per server: `latest` is decided over all its versions, so a lock per version would not do. */
export const lockServer = (tx: Tx, serverId: string): Promise<void> => withAdvisoryLock(tx, `server:${serverId}`);

/** Writes a step: the new state, the frozen evidence, the audit event and the outbox events, all or nothing. */
@Injectable()
export class TransitionRecords {
  constructor(
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  async move(tx: Tx, ctx: RequestContext, move: Move): Promise<string> {
    const { version, rule, input } = move;
    await tx.serverVersion.update({
      where: { id: version.id },
      data: { state: rule.to, stateChangedAt: ctx.clock.now(), revision: { increment: 1 }, ...changeOf(move) },
    });
    await this.refreshLatest(tx, version.serverId);
    const id = ctx.ids.next('trn');
    await tx.transition.create({
      data: {
        id,
        organizationId: ctx.organizationId,
        versionId: version.id,
        fromState: rule.from,
        toState: rule.to,
        actorId: ctx.principal.id,
        actorHandle: ctx.principal.handle,
        reason: input.reason ?? null,
        guards: move.guards as object,
        overridden: move.overridden,
        at: ctx.clock.now(),
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
      data: { quarantineReason: quarantined ? reason : null, revision: { increment: 1 } },
    });
    await this.refreshLatest(tx, version.serverId);
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
    await this.outbox.append(tx, policyChanged(ctx.organizationId));
  }

  /** `latest` follows the upstream registry's rule; the database allows one per server. */
  private async refreshLatest(tx: Tx, serverId: string): Promise<void> {
    const versions = await tx.serverVersion.findMany({ where: { serverId }, orderBy: { publishedAt: 'asc' } });
    const latest = latestVersion(
      versions.map((one) => ({
        version: one.version,
        state: one.state as LifecycleState,
        quarantined: one.quarantineReason !== null,
        publishedAt: one.publishedAt.toISOString(),
      })),
    );
    await tx.serverVersion.updateMany({
      where: { serverId, isLatest: true, ...(latest === null ? {} : { version: { not: latest } }) },
      data: { isLatest: false },
    });
    if (latest !== null) {
      await tx.serverVersion.updateMany({
        where: { serverId, version: latest, isLatest: false },
        data: { isLatest: true },
      });
    }
  }

  private async announce(tx: Tx, ctx: RequestContext, move: Move, transitionId: string): Promise<void> {
    const { version, rule } = move;
    await this.audit.append(tx, ctx, {
      action: rule.action,
      subject: `version:${version.server.name}@${version.version}`,
      data: {
        from: rule.from,
        to: rule.to,
        reason: move.input.reason ?? null,
        overridden: move.overridden,
        transition: transitionId,
      },
    });
    await this.outbox.append(tx, {
      organizationId: ctx.organizationId,
      topic: VERSION_TRANSITIONED,
      payload: { versionId: version.id, transitionId, from: rule.from, to: rule.to },
    });
    await this.outbox.append(tx, policyChanged(ctx.organizationId));
  }
}

/** What a step changes beside the state. */
function changeOf({ version, rule, input }: Move): object {
  if (rule.from === 'in_review' && rule.to === 'staging') {
    // what was reviewed is what is pinned: the contract and the reviewer's decision per destructive tool
    return { approvedContractDigest: version.contractDigest, approvalRules: readApprovalRules(input.approvalRules) };
  }
  if (rule.to === 'deprecated') return { deprecation: deprecationOf(version, input) };
  // taken back: nobody may be told of an end that is no longer announced
  if (rule.from === 'deprecated' && rule.to === 'active') return { deprecation: Prisma.DbNull };
  return {};
}

function deprecationOf(version: SubjectVersion, input: TransitionInput): StoredDeprecation {
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
