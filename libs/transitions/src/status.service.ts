import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { DAY_MS, MINUTE_MS, type RequestContext } from '@rollcall/kernel';
import { effectivePolicy, type LifecycleState, type RegistryStatus, registryStatus } from '@rollcall/lifecycle';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import { requireServerName, ServerCatalog, type ServerRef } from '@rollcall/registry';
import type { SubjectVersion } from './question.js';
import { type ListedRow, type StatusChange, StatusRecords } from './status.records.prisma.js';
import { MAX_STATUS_MESSAGE, statusMessageOf, type TransitionInput } from './transition.js';
import { lockServer, type Move } from './transition.records.prisma.js';
import { ruleFor, TransitionService } from './transition.service.js';
import { invalidInput, noChanges, versionBusy } from './transitions.errors.js';

const MAX_ATTEMPTS = 5;
/** Ten thousand versions in one transaction take a while. */
const ALL_TIMEOUT_MS = 60_000;

const STATE_OF = { active: 'active', deprecated: 'deprecated', deleted: 'decommissioned' } as const;

/** A status in the words of the registry API; an active version has no message. */
export type RegistryStatusInput = { status: RegistryStatus; message?: string | null };

/** Sets versions to a status of the registry API: each status is a step of the version's own track. */
@Injectable()
export class StatusService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly catalog: ServerCatalog,
    private readonly transactions: TransactionRunner,
    private readonly transitions: TransitionService,
    private readonly records: StatusRecords,
  ) {}

  /**
   * Sets one version. A governed one takes the step its table has: its guards apply and refuse with what is missing.
   * Refuses with NO_CHANGES, BAD_REQUEST, NO_SUCH_TRANSITION, GUARD_UNMET, FORBIDDEN or NOT_FOUND.
   */
  async set(
    ctx: RequestContext,
    ref: { server: string; version: string },
    input: RegistryStatusInput,
  ): Promise<{ versionId: string; transitionId: string | null }> {
    const version = await this.catalog.version(ctx, { byName: ref });
    requireServerName(ctx, version.server.name);
    const change = changeOf(input);
    if (registryStatus(version.state as LifecycleState, false) === input.status) {
      await this.reword(ctx, version, change);
      return { versionId: version.id, transitionId: null };
    }
    const step = { version: { byId: version.id }, ...(await this.stepOf(ctx, version, change)) };
    const { transitionId } = await this.transitions.transition(ctx, step);
    return { versionId: version.id, transitionId };
  }

  /**
   * Sets every version of a server in one transaction: all or none. Governed versions that ended stay ended. Refuses with
   * NO_CHANGES when nothing would change, and as {@link set} does when one of them refuses.
   */
  async setAll(
    ctx: RequestContext,
    server: string | ServerRef,
    input: RegistryStatusInput,
  ): Promise<{ updated: number }> {
    const found = await this.catalog.server(ctx, typeof server === 'string' ? { byName: server } : server);
    await this.access.authorize(ctx, 'version.publish', found.teamId);
    requireServerName(ctx, found.name);
    const change = changeOf(input);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const moves = await this.governedMoves(ctx, found.id, change);
      const updated = await this.transactions.run(
        async (tx) => {
          await lockServer(tx, found.id);
          if (!(await this.records.unchanged(tx, moves))) return null;
          const rows = await this.records.listed(tx, found.id);
          const { stepping, reworded } = divide(rows, change);
          const subject = { id: found.id, name: found.name, organizationId: ctx.organizationId };
          for (const move of moves) await this.records.move(tx, ctx, move);
          await this.records.step(tx, ctx, subject, { change, rows: stepping });
          await this.records.reword(tx, ctx, subject, { change, rows: reworded });
          return moves.length + stepping.length + reworded.length;
        },
        { timeoutMs: ALL_TIMEOUT_MS },
      );
      if (updated === 0) throw noChanges();
      if (updated !== null) return { updated };
    }
    throw versionBusy();
  }

  /** Same status, other words: nothing moves. The message of an announced end is part of the announcement. */
  private async reword(ctx: RequestContext, version: SubjectVersion, change: StatusChange): Promise<void> {
    const listed = version.track === 'listed';
    await this.access.authorize(ctx, listed ? 'version.publish' : 'version.deprecate', version.server.teamId);
    const kept = !listed && change.message === null;
    if (kept || change.message === version.statusMessage) throw noChanges();
    const subject = { id: version.serverId, name: version.server.name, organizationId: version.organizationId };
    await this.transactions.run(async (tx) => {
      await lockServer(tx, version.serverId);
      await this.records.reword(tx, ctx, subject, { change, rows: [version] });
    });
  }

  private async governedMoves(ctx: RequestContext, serverId: string, change: StatusChange): Promise<Move[]> {
    const rows = await this.prisma.serverVersion.findMany({
      where: {
        organizationId: ctx.organizationId,
        serverId,
        track: 'governed',
        // what ended stays ended, and what nobody outside sees has no status
        state: { in: ['canary', 'active', 'deprecated'] },
      },
      include: { server: true },
      orderBy: { id: 'asc' },
    });
    const moves: Move[] = [];
    for (const version of rows) {
      if (registryStatus(version.state as LifecycleState, false) === change.status) continue;
      const step = { version: { byId: version.id }, ...(await this.stepOf(ctx, version, change)) };
      moves.push(await this.transitions.prepare(ctx, version, step));
    }
    return moves;
  }

  /** What the step needs beyond its name: a governed end is announced for the shortest time the organization allows. */
  private async stepOf(
    ctx: RequestContext,
    version: SubjectVersion,
    { state, message, status }: StatusChange,
  ): Promise<Omit<TransitionInput, 'version'>> {
    const step = { to: state, message, reason: message ?? `Set to ${status} through the registry API.` };
    if (version.track === 'listed' || state !== 'deprecated') return step;
    const { policy } = await this.prisma.organization.findUniqueOrThrow({ where: { id: ctx.organizationId } });
    const least = effectivePolicy(policy).deprecationMinimumDays * DAY_MS;
    // a minute more: the guard looks at the clock again, a little later
    return { ...step, noSuccessor: true, sunsetAt: new Date(ctx.clock.now().getTime() + least + MINUTE_MS) };
  }
}

function changeOf({ status, message }: RegistryStatusInput): StatusChange {
  if (!Object.hasOwn(STATE_OF, status)) {
    throw invalidInput('status', `There is no status "${status}".`, 'Use active, deprecated or deleted.');
  }
  if (status === 'active' && message) {
    throw invalidInput('statusMessage', 'An active version has no status message.', 'Leave the message out.');
  }
  if ([...(message ?? '')].length > MAX_STATUS_MESSAGE) {
    throw invalidInput('statusMessage', 'A status message has at most 500 characters.', 'Shorten it.');
  }
  const state = STATE_OF[status];
  return { status, state, message: statusMessageOf(state, message) };
}

/** Versions that take a step, and those that only get other words. */
function divide(rows: readonly ListedRow[], change: StatusChange): { stepping: ListedRow[]; reworded: ListedRow[] } {
  const stepping = rows.filter((row) => row.state !== change.state);
  for (const row of stepping) ruleFor(row, change.state);
  const reworded = rows.filter((row) => row.state === change.state && row.statusMessage !== change.message);
  return { stepping, reworded };
}
