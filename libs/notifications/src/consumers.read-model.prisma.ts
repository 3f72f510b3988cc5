import { Injectable } from '@nestjs/common';
import { DAY_MS } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { inRange } from '@rollcall/policy';

/** An agent that may call a version, or has called it, and what it called in the last 30 days, most first. */
export type Consumer = {
  agent: { id: string; slug: string };
  teamId: string;
  toolsUsed: { tool: string; calls: number }[];
};

const USAGE_WINDOW_MS = 30 * DAY_MS;
const MAX_TOOLS = 50;

type Subject = { serverId: string; alias: string; version: string };
type UsedTool = { agentId: string; tool: string; calls: bigint };

/** "Who is hurt when this version ends?" */
@Injectable()
export class ConsumersReadModel {
  constructor(private readonly prisma: PrismaService) {}

  /** Agents with a grant in force that takes the version in, plus those whose calls gateways counted, by slug. */
  async of(organizationId: string, subject: Subject, now: Date): Promise<Consumer[]> {
    const grants = await this.prisma.grant.findMany({
      where: { organizationId, serverId: subject.serverId, revokedAt: null },
      select: { agentId: true, versions: true },
    });
    const used = await this.usage(organizationId, subject, new Date(now.getTime() - USAGE_WINDOW_MS));
    const granted = grants.filter(({ versions }) => versions === subject.version || inRange(subject.version, versions));
    const ids = [...new Set([...granted.map((grant) => grant.agentId), ...used.map((row) => row.agentId)])];
    const agents = await this.prisma.agent.findMany({
      where: { organizationId, id: { in: ids } },
      orderBy: { slug: 'asc' },
    });
    return agents.map(({ id, slug, teamId }) => ({ agent: { id, slug }, teamId, toolsUsed: toolsOf(used, id) }));
  }

  private usage(organizationId: string, { alias, version }: Subject, since: Date): Promise<UsedTool[]> {
    return this.prisma.$queryRaw<UsedTool[]>`
      SELECT agent_id AS "agentId", tool, sum(ok + errors)::bigint AS calls FROM usage_hours
      WHERE organization_id = ${organizationId} AND alias = ${alias} AND version = ${version} AND hour >= ${since}
      GROUP BY agent_id, tool HAVING sum(ok + errors) > 0 ORDER BY calls DESC, tool`;
  }
}

function toolsOf(used: readonly UsedTool[], agentId: string): Consumer['toolsUsed'] {
  const own = used.filter((row) => row.agentId === agentId).slice(0, MAX_TOOLS);
  return own.map(({ tool, calls }) => ({ tool, calls: Number(calls) }));
}
