import { Injectable } from '@nestjs/common';
import { readExpectations, type ServerExpectation } from '@rollcall/expectations';
import type { JsonValue } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';

/** What one agent declared about one server, for one environment; null: for whichever it is, and it may call in none. */
export type Declaration = {
  agentId: string;
  environment: { id: string | null; name: string } | null;
  expectation: ServerExpectation;
};

const MAX_AGENTS = 1_000;

/** What the documents in force say of a server. */
@Injectable()
export class DeclarationsReadModel {
  constructor(private readonly prisma: PrismaService) {}

  /** By agent and environment; an entry that names no environment holds wherever the agent has a grant for the server. */
  async ofServer(organizationId: string, server: { id: string; name: string }): Promise<Declaration[]> {
    const rows = await this.prisma.expectationServer.findMany({
      where: { organizationId, serverName: server.name },
      include: { set: { select: { document: true } } },
      orderBy: { agentId: 'asc' },
      take: MAX_AGENTS + 1,
    });
    // judging some of them would say of the others that nothing breaks
    if (rows.length > MAX_AGENTS)
      throw new Error(`more than ${MAX_AGENTS} agents declare what they rely on of ${server.name}`);
    const environments = await this.prisma.environment.findMany({
      where: { organizationId },
      select: { id: true, name: true },
    });
    const granted = await this.granted(organizationId, server.id);
    return rows.flatMap(({ agentId, set }) => {
      const entries = entriesOf(set.document as JsonValue).filter((one) => one.server === server.name);
      const named = new Set(entries.map((one) => one.environment));
      const open = environments.filter((one) => granted.has(`${agentId} ${one.id}`) && !named.has(one.name));
      return entries.flatMap((expectation): Declaration[] => {
        const { environment } = expectation;
        const id = environments.find((one) => one.name === environment)?.id ?? null;
        if (environment !== null) return [{ agentId, environment: { id, name: environment }, expectation }];
        const places = open.length === 0 ? [null] : open;
        return places.map((place) => ({ agentId, environment: place, expectation }));
      });
    });
  }

  private async granted(organizationId: string, serverId: string): Promise<ReadonlySet<string>> {
    const rows = await this.prisma.grant.findMany({
      where: { organizationId, serverId, revokedAt: null },
      select: { agentId: true, environmentId: true },
    });
    return new Set(rows.map((row) => `${row.agentId} ${row.environmentId}`));
  }
}

/** A stored document was read before it was stored: one that cannot be read any more is a fault. */
function entriesOf(document: JsonValue): ServerExpectation[] {
  const read = readExpectations(document);
  if (!read.ok) throw new Error(`a stored expectations document cannot be read: ${read.error[0]?.path}`);
  return read.value.servers;
}
