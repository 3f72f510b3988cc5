import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { JsonObject, RequestContext } from '@rollcall/kernel';
import { type GuardReport, type LifecycleState, type RegistryStatus, remoteUrlReport } from '@rollcall/lifecycle';
import { OUTBOX_CHANNEL, type Tx } from '@rollcall/persistence';
import { RemoteAddresses } from '@rollcall/registry';
import { LatestVersion } from './latest-version.prisma.js';
import { type Move, TransitionRecords } from './transition.records.prisma.js';
import { guardUnmet } from './transitions.errors.js';
import { VERSION_TRANSITIONED } from './transitions.events.js';

/** A status and the state it stands for. */
export type StatusChange = { status: RegistryStatus; state: LifecycleState; message: string | null };
/** What setting a status has to know of a version. */
export type ListedRow = {
  id: string;
  version: string;
  state: string;
  track: string;
  quarantineReason: string | null;
  statusMessage: string | null;
};
type Subject = { id: string; name: string; organizationId: string };

const ROW = { id: true, version: true, state: true, track: true, quarantineReason: true, statusMessage: true } as const;
/** Names of versions in one audit event, and rows in one statement. */
const CHUNK = 500;

/** Writes a status of many versions at once: as few statements as can be, the same records as one step leaves. */
@Injectable()
export class StatusRecords {
  constructor(
    private readonly audit: AuditLog,
    private readonly latest: LatestVersion,
    private readonly transitions: TransitionRecords,
    private readonly addresses: RemoteAddresses,
  ) {}

  /** The listed versions of a server. */
  listed(tx: Tx, serverId: string): Promise<ListedRow[]> {
    return tx.serverVersion.findMany({
      where: { serverId, track: 'listed' },
      select: ROW,
      orderBy: { id: 'asc' },
    });
  }

  /** True when every version is still the one that was evaluated. */
  async unchanged(tx: Tx, moves: readonly Move[]): Promise<boolean> {
    const rows = await tx.serverVersion.findMany({
      where: { id: { in: moves.map((move) => move.version.id) } },
      select: { id: true, revision: true, contractDigest: true },
    });
    const now = new Map(rows.map((row) => [row.id, row]));
    return moves.every(({ version }) => {
      const row = now.get(version.id);
      return row?.revision === version.revision && row.contractDigest === version.contractDigest;
    });
  }

  /** One governed step. */
  move(tx: Tx, ctx: RequestContext, move: Move): Promise<string> {
    return this.transitions.move(tx, ctx, move);
  }

  /** Moves listed versions; refuses with GUARD_UNMET when one would come back to an address that is taken meanwhile. */
  async step(tx: Tx, ctx: RequestContext, server: Subject, { change, rows }: Batch): Promise<void> {
    if (rows.length === 0) return;
    const guards = await this.guardsOf(tx, server, { change, rows });
    const now = ctx.clock.now();
    for (const part of chunks(rows)) {
      await tx.serverVersion.updateMany({
        where: { id: { in: part.map(({ id }) => id) } },
        data: {
          state: change.state,
          stateChangedAt: now,
          updatedAt: now,
          statusMessage: change.message,
          revision: { increment: 1 },
        },
      });
      const steps = part.map((row) => ({ id: ctx.ids.next('trn'), row, guards: guards.get(row.id) ?? [] }));
      await tx.transition.createMany({
        data: steps.map((step) => ({
          id: step.id,
          organizationId: ctx.organizationId,
          versionId: step.row.id,
          fromState: step.row.state,
          toState: change.state,
          actorId: ctx.principal.id,
          actorHandle: ctx.principal.handle,
          reason: change.message,
          guards: step.guards as object[],
          at: now,
        })),
      });
      await tx.outboxEvent.createMany({
        data: steps.map((step) => ({
          id: ctx.ids.next('evt'),
          organizationId: ctx.organizationId,
          topic: VERSION_TRANSITIONED,
          payload: { versionId: step.row.id, transitionId: step.id, from: step.row.state, to: change.state },
        })),
      });
      await this.record(tx, ctx, server, {
        ...statusOf(change),
        versions: steps.map((step) => ({ version: step.row.version, from: step.row.state, transition: step.id })),
      });
    }
    await this.latest.recompute(tx, server.id, now);
    await tx.$executeRaw`SELECT pg_notify(${OUTBOX_CHANNEL}, '')`;
  }

  /** Same status, other words. */
  async reword(tx: Tx, ctx: RequestContext, server: Subject, { change, rows }: Batch): Promise<void> {
    for (const part of chunks(rows)) {
      const ids = part.map(({ id }) => id);
      await tx.$executeRaw`
        UPDATE server_versions SET status_message = ${change.message}, updated_at = ${ctx.clock.now()},
          revision = revision + 1,
          deprecation = CASE WHEN deprecation IS NULL THEN NULL
            ELSE deprecation || jsonb_build_object('message', ${change.message}::text) END
        WHERE id = ANY(${ids})`;
      const versions = part.map(({ version }) => ({ version }));
      await this.record(tx, ctx, server, { ...statusOf(change), versions });
    }
  }

  private record(tx: Tx, ctx: RequestContext, server: Subject, data: JsonObject): Promise<void> {
    return this.audit.append(tx, ctx, { action: 'version.status', subject: `server:${server.name}`, data });
  }

  /** What comes back must not be at an address that another server took meanwhile: asked for all in one statement. */
  private async guardsOf(tx: Tx, server: Subject, { change, rows }: Batch): Promise<Map<string, GuardReport[]>> {
    const back = rows.filter((row) => row.state === 'decommissioned' || row.state === 'draft').map(({ id }) => id);
    if (back.length === 0 || change.state === 'decommissioned') return new Map();
    const urls = await tx.$queryRaw<{ url: string }[]>`
      SELECT DISTINCT url FROM version_remotes WHERE version_id = ANY(${back})`;
    await this.addresses.lock(
      tx,
      server.organizationId,
      urls.map(({ url }) => url),
    );
    const taken = await tx.$queryRaw<{ id: string; url: string; server: string }[]>`
      SELECT DISTINCT ON (mine.version_id) mine.version_id AS id, mine.url, other.server_name AS server
      FROM version_remotes mine
      JOIN version_remotes theirs ON theirs.organization_id = mine.organization_id
        AND theirs.url_sha256 = mine.url_sha256 AND theirs.server_id <> mine.server_id
      JOIN server_versions other ON other.id = theirs.version_id AND other.state NOT IN ('rejected', 'decommissioned')
      WHERE mine.organization_id = ${server.organizationId} AND mine.version_id = ANY(${back})
      ORDER BY mine.version_id, mine.url`;
    const takenBy = new Map(taken.map(({ id, url, server }) => [id, { url, server }]));
    const reports = new Map(
      back.map((id) => {
        const other = takenBy.get(id);
        return [id, [remoteUrlReport(other ? [other] : [])]];
      }),
    );
    const open = [...reports.values()].flat().filter((report) => report.status !== 'met');
    if (open.length > 0) throw guardUnmet('decommissioned', change.state, open.slice(0, 10));
    return reports;
  }
}

type Batch = { change: StatusChange; rows: readonly ListedRow[] };

const statusOf = (change: StatusChange): JsonObject => ({ status: change.status, message: change.message });

function chunks<T>(rows: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < rows.length; at += CHUNK) parts.push(rows.slice(at, at + CHUNK));
  return parts;
}
