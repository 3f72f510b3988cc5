import { Injectable } from '@nestjs/common';
import type { Contract } from '@rollcall/contract';
import { FleetIndex, type FleetMatch, type FleetTool, MAX_WORDING } from '@rollcall/lint';
import { Prisma, PrismaService } from '@rollcall/persistence';

/** Tools that are compared; a fleet with more is compared with the newest of them. */
const MOST_TOOLS = 20_000;
/** Organizations whose index is kept; the one that was asked least recently goes. */
const MOST_KEPT = 8;

const RUN = Prisma.sql`v.state IN ('staging', 'canary', 'active', 'deprecated') AND v.track = 'governed'`;

type Kept = { stamp: string; index: FleetIndex };

/**
 * What the organization runs, in staging or live: read from the index of tools, kept in memory until the index or a state
 * changes. Only tools of the same organization are ever in one index.
 */
@Injectable()
export class FleetReadModel {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly prisma: PrismaService) {}

  /** Tools of other servers that those of the contract can be taken for. */
  async matches(
    organizationId: string,
    subject: { serverName: string; contract: Contract; similarity: number },
  ): Promise<FleetMatch[]> {
    if (!subject.contract.members.some(({ kind }) => kind === 'tool')) return [];
    const [index, own] = [await this.index(organizationId), await this.own(organizationId, subject.serverName)];
    return index.matches(own, subject.contract, subject.similarity);
  }

  private async index(organizationId: string): Promise<FleetIndex> {
    const stamp = await this.stamp(organizationId);
    const known = this.kept.get(organizationId);
    const entry = known?.stamp === stamp ? known : { stamp, index: new FleetIndex(await this.tools(organizationId)) };
    this.kept.delete(organizationId);
    this.kept.set(organizationId, entry);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
    return entry.index;
  }

  /** Differs whenever another contract, or another version, is run. */
  private async stamp(organizationId: string): Promise<string> {
    const [row] = await this.prisma.$queryRaw<{ stamp: string | null }[]>`
      SELECT md5(string_agg(i.version_id || ' ' || i.contract_digest, ',' ORDER BY i.version_id)) AS stamp
      FROM tool_indexes i JOIN server_versions v ON v.id = i.version_id
      WHERE i.organization_id = ${organizationId} AND ${RUN}`;
    return row?.stamp ?? '';
  }

  private tools(organizationId: string): Promise<FleetTool[]> {
    return this.prisma.$queryRaw<FleetTool[]>`
      SELECT server, name, text FROM (
        SELECT DISTINCT ON (t.server_id, t.name) s.name AS server, t.name, v.published_at,
          left(coalesce(t.description, ''), ${MAX_WORDING}::int) AS text
        FROM tools t JOIN server_versions v ON v.id = t.version_id JOIN servers s ON s.id = t.server_id
        WHERE t.organization_id = ${organizationId} AND ${RUN}
        ORDER BY t.server_id, t.name, v.published_at DESC, v.id DESC) newest
      ORDER BY published_at DESC, server, name LIMIT ${MOST_TOOLS}`;
  }

  /** The server itself, and those it goes on as or went by before: the same tools under another name are no overlap. */
  private async own(organizationId: string, serverName: string): Promise<ReadonlySet<string>> {
    const rows = await this.prisma.$queryRaw<{ name: string }[]>`
      SELECT other.name FROM servers s JOIN servers other
        ON other.organization_id = s.organization_id AND (other.renamed_to_id = s.id OR other.id = s.renamed_to_id)
      WHERE s.organization_id = ${organizationId} AND s.name = ${serverName}`;
    return new Set([serverName, ...rows.map(({ name }) => name)]);
  }
}
