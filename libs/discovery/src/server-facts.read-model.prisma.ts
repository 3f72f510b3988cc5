import { Injectable } from '@nestjs/common';
import { DAY_MS } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { CURRENT_VERSION } from './catalogue-filter.prisma.js';

/** What a row of the catalogue says about the version that speaks for a server. */
export type ServerFacts = {
  serverId: string;
  /** 0 before the first inspection too; `known` tells the two apart. */
  tools: number;
  destructiveTools: number;
  openWorldTools: number;
  known: boolean;
  quarantined: boolean;
  /** Null when nobody tried to get in without a token yet. */
  unauthenticatedAccessRefused: boolean | null;
  era: string | null;
  protocolVersion: string | null;
};

/** Days of a row's small chart. */
export const USAGE_DAYS = 30;

/** Facts for whole pages of servers: one statement each, however many servers there are. */
@Injectable()
export class ServerFactsReadModel {
  constructor(private readonly prisma: PrismaService) {}

  factsOf(organizationId: string, serverIds: readonly string[]): Promise<ServerFacts[]> {
    return this.prisma.$queryRaw<ServerFacts[]>`
      SELECT s.id AS "serverId", coalesce(ti.tools, 0) AS tools, coalesce(ti.destructive, 0) AS "destructiveTools",
        coalesce(ti.open_world, 0) AS "openWorldTools", ti.version_id IS NOT NULL AS known,
        EXISTS (SELECT 1 FROM server_versions q WHERE q.server_id = s.id AND q.quarantine_reason IS NOT NULL) AS quarantined,
        a.refused AS "unauthenticatedAccessRefused", p.era, p.protocol_version AS "protocolVersion"
      FROM servers s
      LEFT JOIN LATERAL ${CURRENT_VERSION} c ON true
      LEFT JOIN tool_indexes ti ON ti.version_id = c.id
      LEFT JOIN LATERAL (SELECT i.unauthenticated_access_refused AS refused FROM inspections i
        WHERE i.version_id = c.id AND i.unauthenticated_access_refused IS NOT NULL
        ORDER BY i.requested_at DESC, i.id DESC LIMIT 1) a ON true
      LEFT JOIN LATERAL (SELECT i.era, i.protocol_version FROM inspections i
        WHERE i.version_id = c.id AND i.era IS NOT NULL ORDER BY i.requested_at DESC, i.id DESC LIMIT 1) p ON true
      WHERE s.organization_id = ${organizationId} AND s.id = ANY(${[...serverIds]}::text[])`;
  }

  /** Calls per UTC day and server, the last {@link USAGE_DAYS} days up to and with the day of `now`, oldest first. */
  async callsOf(organizationId: string, serverIds: readonly string[], now: Date): Promise<Map<string, number[]>> {
    const today = Math.floor(now.getTime() / DAY_MS);
    const since = new Date((today - USAGE_DAYS + 1) * DAY_MS);
    const rows = await this.prisma.$queryRaw<{ serverId: string; day: number; calls: number }[]>`
      SELECT s.id AS "serverId", floor(extract(epoch FROM u.hour) / 86400)::int AS day,
        sum(u.ok + u.refused + u.errors)::float8 AS calls
      FROM servers s JOIN usage_hours u ON u.organization_id = s.organization_id AND u.alias = s.alias
      WHERE s.organization_id = ${organizationId} AND s.id = ANY(${[...serverIds]}::text[]) AND u.hour >= ${since}
      GROUP BY 1, 2`;
    const days = new Map(serverIds.map((id): [string, number[]] => [id, Array<number>(USAGE_DAYS).fill(0)]));
    for (const { serverId, day, calls } of rows) {
      const at = day - today + USAGE_DAYS - 1;
      const row = days.get(serverId);
      if (row && at >= 0 && at < USAGE_DAYS) row[at] = calls;
    }
    return days;
  }
}
