import { Injectable } from '@nestjs/common';
import { type LifecycleState, latestVersion, outranksLatest, type RankedVersion } from '@rollcall/lifecycle';
import type { Tx } from '@rollcall/persistence';

/** Only what the rule looks at: a server may have ten thousand versions, and a manifest is large. */
const RANK = { id: true, version: true, state: true, quarantineReason: true, publishedAt: true } as const;
type RankRow = { id: string; version: string; state: string; quarantineReason: string | null; publishedAt: Date };

/** Keeps `latest` of a server right by the upstream registry's rule. Call under the server's lock. */
@Injectable()
export class LatestVersion {
  /** After one version changed: compared with the present latest alone, unless that is what fell out. */
  async follow(tx: Tx, changed: { id: string; serverId: string }, at: Date): Promise<void> {
    const version = await tx.serverVersion.findUniqueOrThrow({ where: { id: changed.id }, select: RANK });
    const latest = await tx.serverVersion.findFirst({
      where: { serverId: changed.serverId, isLatest: true },
      select: RANK,
    });
    if (latest?.id === version.id) {
      if (!isAlive(version)) await this.recompute(tx, changed.serverId, at);
      return;
    }
    if (outranksLatest(ranked(version), latest ? ranked(latest) : null)) {
      await this.assign(tx, changed.serverId, version.id, at);
    }
  }

  /** Looks at every version of the server. */
  async recompute(tx: Tx, serverId: string, at: Date): Promise<void> {
    const rows = await tx.serverVersion.findMany({
      where: { serverId, state: { in: ['canary', 'active', 'deprecated', 'decommissioned'] }, quarantineReason: null },
      select: RANK,
    });
    const latest = latestVersion(rows.map(ranked));
    await this.assign(tx, serverId, rows.find((row) => row.version === latest)?.id ?? null, at);
  }

  private async assign(tx: Tx, serverId: string, id: string | null, at: Date): Promise<void> {
    await tx.serverVersion.updateMany({
      where: { serverId, isLatest: true, ...(id === null ? {} : { id: { not: id } }) },
      data: { isLatest: false, updatedAt: at },
    });
    if (id === null) return;
    await tx.serverVersion.updateMany({ where: { id, isLatest: false }, data: { isLatest: true, updatedAt: at } });
  }
}

/** Shown and not deleted: what holds `latest` against the rest. */
function isAlive(row: RankRow): boolean {
  return row.quarantineReason === null && ['canary', 'active', 'deprecated'].includes(row.state);
}

function ranked(row: RankRow): RankedVersion {
  return {
    version: row.version,
    state: row.state as LifecycleState,
    quarantined: row.quarantineReason !== null,
    publishedAt: row.publishedAt.toISOString(),
  };
}
