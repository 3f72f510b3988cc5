import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { DAY_MS, type RequestContext } from '@rollcall/kernel';
import { GUARD_NAMES, type GuardName } from '@rollcall/lifecycle';
import { TransactionRunner, withAdvisoryLock } from '@rollcall/persistence';
import { ServerCatalog, type ServerRef, type VersionRef } from '@rollcall/registry';
import type { SubjectVersion } from './question.js';
import { EXCEPTABLE } from './review.collector.js';
import { lockServer, TransitionRecords } from './transition.records.prisma.js';
import { invalidInput, onlyPersonReleases, reasonRequired } from './transitions.errors.js';

const MAX_EXCEPTION_DAYS = 366;

/** Quarantine, its release, and written exceptions: what reviewers hold and let pass. */
@Injectable()
export class HoldService {
  constructor(
    private readonly access: AccessService,
    private readonly catalog: ServerCatalog,
    private readonly transactions: TransactionRunner,
    private readonly records: TransitionRecords,
    private readonly audit: AuditLog,
  ) {}

  /** Stops a version at once, whatever its state; the kill list carries it to gateways before any compile. */
  async quarantine(ctx: RequestContext, input: { version: VersionRef; reason: string }): Promise<string> {
    const version = await this.catalog.version(ctx, input.version, 'version.quarantine');
    return this.hold(ctx, version, { quarantined: true, reason: input.reason });
  }

  /** Lifts a quarantine; only a person does. */
  async release(ctx: RequestContext, input: { version: VersionRef; reason: string }): Promise<string> {
    const version = await this.catalog.version(ctx, input.version, 'version.release');
    if (ctx.principal.kind !== 'user') throw onlyPersonReleases();
    return this.hold(ctx, version, { quarantined: false, reason: input.reason });
  }

  /** Writes an expiring exception to one guard for one server. */
  async grantException(
    ctx: RequestContext,
    input: { server: ServerRef; guard: string; reason: string; expiresAt: Date },
  ) {
    await this.access.authorize(ctx, 'exception.grant');
    const server = await this.catalog.server(ctx, input.server);
    requireReason(input.reason);
    if (!EXCEPTABLE.includes(input.guard as GuardName)) {
      const known = (GUARD_NAMES as readonly string[]).includes(input.guard);
      throw invalidInput(
        'guard',
        known ? `There are no exceptions to "${input.guard}".` : `There is no guard "${input.guard}".`,
        `Exceptions exist for: ${EXCEPTABLE.join(', ')}.`,
      );
    }
    const now = ctx.clock.now();
    const days = (input.expiresAt.getTime() - now.getTime()) / DAY_MS;
    if (!(days > 0 && days <= MAX_EXCEPTION_DAYS)) {
      throw invalidInput('expiresAt', 'An exception must end within a year from now.', 'Choose a date in that span.');
    }
    return this.transactions.run(async (tx) => {
      const row = await tx.guardException.create({
        data: {
          id: ctx.ids.next('exc'),
          organizationId: ctx.organizationId,
          serverId: server.id,
          guard: input.guard,
          reason: input.reason,
          grantedBy: ctx.principal.id,
          grantedAt: now,
          expiresAt: input.expiresAt,
        },
      });
      await this.audit.append(tx, ctx, {
        action: 'exception.grant',
        subject: `server:${server.name}`,
        data: { guard: input.guard, reason: input.reason, expiresAt: input.expiresAt.toISOString() },
      });
      return row;
    });
  }

  private async hold(ctx: RequestContext, visible: SubjectVersion, hold: { quarantined: boolean; reason: string }) {
    requireReason(hold.reason);
    await this.transactions.run(async (tx) => {
      await lockServer(tx, visible.serverId);
      await withAdvisoryLock(tx, `kill:${ctx.organizationId}`);
      const version = await tx.serverVersion.findUniqueOrThrow({
        where: { id: visible.id },
        include: { server: true },
      });
      if ((version.quarantineReason !== null) === hold.quarantined) return;
      await this.records.quarantine(tx, ctx, { version, ...hold });
    });
    return visible.id;
  }
}

function requireReason(reason: string): void {
  if (!reason.trim()) throw reasonRequired();
}
