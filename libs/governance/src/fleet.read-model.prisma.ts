import { Injectable } from '@nestjs/common';
import type { Criticality, GuardName, LifecycleState } from '@rollcall/lifecycle';
import { PrismaService } from '@rollcall/persistence';
import { SurfaceReadModel, transportsOf } from '@rollcall/transitions';

/** What rules of a policy look at, of one version on its way or in use. */
export type FleetVersion = {
  id: string;
  serverId: string;
  server: string;
  version: string;
  state: LifecycleState;
  stateChangedAt: Date;
  sunsetAt: string | null;
  publisherId: string;
  criticality: Criticality;
  transports: string[];
  /** How the newest inspection connected. */
  transport: 'remote' | 'stdio' | null;
  surface: { tools: number; estimatedTokens: number } | null;
  unauthenticatedAccess: { refused: boolean; inspectionId: string; at: string } | null;
  exceptions: { id: string; guard: GuardName; reason: string; expiresAt: string }[];
  approvals: { reviewerId: string; handle: string; at: string }[];
};

type Row = {
  id: string;
  serverId: string;
  server: string;
  version: string;
  state: LifecycleState;
  stateChangedAt: Date;
  sunsetAt: string | null;
  publisherId: string;
  criticality: Criticality;
  remotes: unknown;
  packages: unknown;
  contract: string | null;
  endpointTransports: string[] | null;
  lastTransport: string | null;
  doorRefused: boolean | null;
  doorInspection: string | null;
  doorAt: Date | null;
};

const PAGE = 200;

/** The fleet, page by page: four statements each, whatever the size of the organization, its contracts and its manifests. */
@Injectable()
export class FleetReadModel {
  constructor(
    private readonly prisma: PrismaService,
    private readonly surfaces: SurfaceReadModel,
  ) {}

  /** Governed versions from review to deprecation, by server name. */
  async *pages(organizationId: string, now: Date): AsyncGenerator<FleetVersion[]> {
    let after: [string, string] = ['', ''];
    for (;;) {
      const rows = await this.rows(organizationId, after);
      if (rows.length > 0) yield await this.complete(organizationId, rows, now);
      const last = rows.at(-1);
      if (rows.length < PAGE || !last) return;
      after = [last.server, last.id];
    }
  }

  private rows(organizationId: string, after: [string, string]): Promise<Row[]> {
    return this.prisma.$queryRaw<Row[]>`
      WITH page AS (
        SELECT * FROM server_versions
        WHERE organization_id = ${organizationId} AND track = 'governed'
          AND state IN ('in_review', 'staging', 'canary', 'active', 'deprecated')
          AND (server_name COLLATE "C", id) > (${after[0]}, ${after[1]})
        ORDER BY server_name COLLATE "C", id LIMIT ${PAGE})
      SELECT v.id, v.server_id AS "serverId", v.server_name AS server, v.version, v.state,
        v.state_changed_at AS "stateChangedAt", v.deprecation->>'sunsetAt' AS "sunsetAt",
        v.publisher_id AS "publisherId", s.criticality, v.manifest->'remotes' AS remotes,
        v.manifest->'packages' AS packages, coalesce(v.approved_contract_digest, v.contract_digest) AS contract,
        (SELECT array_agg(DISTINCT e.transport) FROM endpoints e WHERE e.version_id = v.id) AS "endpointTransports",
        newest.transport AS "lastTransport", door.refused AS "doorRefused", door.id AS "doorInspection", door.at AS "doorAt"
      FROM page v JOIN servers s ON s.id = v.server_id
      LEFT JOIN LATERAL (SELECT i.transport FROM inspections i WHERE i.version_id = v.id
        ORDER BY i.requested_at DESC, i.id DESC LIMIT 1) newest ON true
      LEFT JOIN LATERAL (SELECT i.id, i.unauthenticated_access_refused AS refused, coalesce(i.finished_at, i.requested_at) AS at
        FROM inspections i WHERE i.version_id = v.id AND i.unauthenticated_access_refused IS NOT NULL
        ORDER BY i.finished_at DESC LIMIT 1) door ON true
      ORDER BY v.server_name COLLATE "C", v.id`;
  }

  private async complete(organizationId: string, rows: readonly Row[], now: Date): Promise<FleetVersion[]> {
    const digests = rows.flatMap((row) => (row.contract === null ? [] : [row.contract]));
    const surfaces = await this.surfaces.ofContracts(organizationId, [...new Set(digests)]);
    const exceptions = await this.prisma.guardException.findMany({
      where: { organizationId, serverId: { in: rows.map((row) => row.serverId) }, expiresAt: { gt: now } },
      orderBy: { expiresAt: 'desc' },
      take: 5000,
    });
    const approvals = await this.approvals(rows.map((row) => row.id));
    return rows.map((row) => ({
      ...row,
      transports: transportsOfRow(row),
      transport: row.lastTransport === null ? null : row.lastTransport === 'stdio' ? 'stdio' : 'remote',
      surface: (row.contract === null ? null : surfaces.get(row.contract)) ?? null,
      unauthenticatedAccess:
        row.doorRefused === null
          ? null
          : { refused: row.doorRefused, inspectionId: row.doorInspection ?? '', at: (row.doorAt ?? now).toISOString() },
      exceptions: exceptions
        .filter((one) => one.serverId === row.serverId)
        .map((one) => ({
          id: one.id,
          guard: one.guard as GuardName,
          reason: one.reason,
          expiresAt: one.expiresAt.toISOString(),
        })),
      approvals: approvals.filter((one) => one.versionId === row.id),
    }));
  }

  /** Of the contract in question, plus whoever took the step out of review: that is an approval as well. */
  private async approvals(ids: readonly string[]) {
    const rows = await this.prisma.$queryRaw<{ versionId: string; reviewerId: string; handle: string; at: Date }[]>`
      SELECT a.version_id AS "versionId", a.reviewer_id AS "reviewerId", a.reviewer_handle AS handle, a.at
      FROM review_approvals a JOIN server_versions v ON v.id = a.version_id
        AND a.contract_digest = coalesce(v.approved_contract_digest, v.contract_digest)
      WHERE a.version_id = ANY(${[...ids]})
      UNION
      SELECT t.version_id, t.actor_id, t.actor_handle, t.at FROM transitions t
      WHERE t.version_id = ANY(${[...ids]}) AND t.from_state = 'in_review' AND t.to_state = 'staging'`;
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }
}

function transportsOfRow(row: Row): string[] {
  const named = transportsOf({ remotes: row.remotes ?? [], packages: row.packages ?? [] });
  const used = [...(row.endpointTransports ?? []), ...(row.lastTransport === null ? [] : [row.lastTransport])];
  return [...new Set([...named, ...used])].sort();
}
