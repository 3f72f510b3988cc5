import { Injectable } from '@nestjs/common';
import { latestVersion, type RankedVersion } from '@rollcall/lifecycle';
import type { Tx } from '@rollcall/persistence';
import type { MirroredItem } from './registry-page.reader.js';

/** Whose rows, seen by which walk, at what time of ours. */
export type MirrorWrite = { organizationId: string; sourceId: string; walkId: string; now: Date };

/** Writes what another registry said. A row that says the same again keeps its time: who follows us sees real changes only. */
@Injectable()
export class MirroredVersionRecords {
  /** Stores a page; returns how many rows are new or different. */
  async store(tx: Tx, write: MirrorWrite, items: readonly MirroredItem[]): Promise<number> {
    if (items.length === 0) return 0;
    const { organizationId, sourceId, walkId, now } = write;
    const changed = await tx.$queryRaw<{ changed: boolean }[]>`
      INSERT INTO mirrored_versions AS m (id, organization_id, source_id, server_name, version, manifest, description,
        status, status_message, published_at, status_changed_at, updated_at, walk_id)
      SELECT 'mver_' || encode(sha256(convert_to(${sourceId} || ' ' || r.name || ' ' || r.version, 'UTF8')), 'hex'),
        ${organizationId}, ${sourceId}, r.name, r.version, r.manifest, r.description, r.status, r."statusMessage",
        r."publishedAt", r."statusChangedAt", ${now}::timestamptz, ${walkId}
      FROM jsonb_to_recordset(${JSON.stringify(items)}::jsonb) AS r(name text, version text, manifest jsonb, description text,
        status text, "statusMessage" text, "publishedAt" timestamptz, "statusChangedAt" timestamptz)
      ON CONFLICT (source_id, server_name, version) DO UPDATE SET
        manifest = EXCLUDED.manifest, description = EXCLUDED.description, status = EXCLUDED.status,
        status_message = EXCLUDED.status_message, published_at = EXCLUDED.published_at,
        status_changed_at = EXCLUDED.status_changed_at, walk_id = EXCLUDED.walk_id,
        updated_at = CASE WHEN (m.manifest, m.status, m.status_message) IS DISTINCT FROM
          (EXCLUDED.manifest, EXCLUDED.status, EXCLUDED.status_message) THEN EXCLUDED.updated_at ELSE m.updated_at END
      RETURNING m.updated_at = ${now}::timestamptz AS changed`;
    await this.refreshLatest(tx, sourceId, [...new Set(items.map((item) => item.name))]);
    return changed.filter((row) => row.changed).length;
  }

  /** How many versions are shown, and how many of them the walk did not see. */
  async missing(tx: Tx, { sourceId, walkId }: MirrorWrite): Promise<{ live: number; missing: number }> {
    const [row] = await tx.$queryRaw<{ live: bigint; missing: bigint }[]>`
      SELECT count(*) AS live, count(*) FILTER (WHERE walk_id <> ${walkId}) AS missing
      FROM mirrored_versions WHERE source_id = ${sourceId} AND status <> 'deleted'`;
    return { live: Number(row?.live ?? 0), missing: Number(row?.missing ?? 0) };
  }

  /** Turns what a full walk did not see into tombstones. */
  async bury(tx: Tx, { sourceId, walkId, now }: MirrorWrite): Promise<void> {
    const rows = await tx.$queryRaw<{ name: string }[]>`
      UPDATE mirrored_versions SET status = 'deleted', status_message = NULL, status_changed_at = ${now}, updated_at = ${now}
      WHERE source_id = ${sourceId} AND walk_id <> ${walkId} AND status <> 'deleted' RETURNING server_name AS name`;
    await this.refreshLatest(tx, sourceId, [...new Set(rows.map((row) => row.name))]);
  }

  /** By the rule of the registry API, over what is mirrored: another registry's own flag may be missing or doubled. */
  private async refreshLatest(tx: Tx, sourceId: string, names: string[]): Promise<void> {
    const rows = await tx.mirroredVersion.findMany({
      where: { sourceId, serverName: { in: names } },
      orderBy: [{ publishedAt: 'asc' }, { version: 'asc' }],
      select: { serverName: true, version: true, status: true, isLatest: true, publishedAt: true },
    });
    const byName = groupByName(rows);
    for (const [serverName, versions] of byName) {
      const latest = latestVersion(versions.map(ranked));
      if (versions.every((one) => one.isLatest === (one.version === latest))) continue;
      await tx.mirroredVersion.updateMany({
        where: { sourceId, serverName, isLatest: true },
        data: { isLatest: false },
      });
      if (latest === null) continue;
      await tx.mirroredVersion.updateMany({
        where: { sourceId, serverName, version: latest },
        data: { isLatest: true },
      });
    }
  }
}

type Row = { serverName: string; version: string; status: string; isLatest: boolean; publishedAt: Date };

const STATES = { active: 'active', deprecated: 'deprecated', deleted: 'decommissioned' } as const;

function ranked(row: Row): RankedVersion {
  const state = STATES[row.status as keyof typeof STATES];
  return { version: row.version, state, publishedAt: row.publishedAt.toISOString() };
}

function groupByName(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row.serverName, [...(groups.get(row.serverName) ?? []), row]);
  return groups;
}
