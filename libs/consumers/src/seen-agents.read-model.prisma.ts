import { Injectable } from '@nestjs/common';
import { notFound } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { type Caller, CallersReadModel } from '@rollcall/usage';
import type { SeenAgent } from './consumer-use.js';
import { type Declaration, DeclarationsReadModel } from './declarations.read-model.prisma.js';
import { ExpectationAdvice } from './expectation-advice.read-model.prisma.js';

type Server = { id: string; name: string; alias: string };
type Named = { slug: string; teamId: string };

/** Who declared what about a server and who called it, put together. */
@Injectable()
export class SeenAgentsReadModel {
  constructor(
    private readonly prisma: PrismaService,
    private readonly declarations: DeclarationsReadModel,
    private readonly callers: CallersReadModel,
    private readonly advice: ExpectationAdvice,
  ) {}

  /** The server by id; NOT_FOUND in another organization. */
  async server(organizationId: string, id: string): Promise<Server> {
    const server = await this.prisma.server.findFirst({
      where: { id, organizationId },
      select: { id: true, name: true, alias: true },
    });
    if (!server) throw notFound('server', id);
    return server;
  }

  /** Governed versions of a server in some of the states. */
  versions(organizationId: string, serverId: string, states: readonly string[]) {
    return this.prisma.serverVersion.findMany({
      where: { organizationId, serverId, track: 'governed', state: { in: [...states] } },
      select: { id: true, version: true },
    });
  }

  /** By agent and environment: declarations, and calls of the given version or of those in the given states. */
  async ofServer(
    organizationId: string,
    server: Server,
    question: { now: Date; states: readonly string[]; version?: string },
  ): Promise<SeenAgent[]> {
    const versions =
      question.version === undefined
        ? (await this.versions(organizationId, server.id, question.states)).map((one) => one.version)
        : [question.version];
    const callers = await this.callers.find(organizationId, {
      now: question.now,
      windowDays: await this.advice.usageWindowDays(organizationId),
      alias: server.alias,
      versions,
    });
    return this.together(organizationId, await this.declarations.ofServer(organizationId, server), callers);
  }

  /** Declarations alone. */
  async declared(organizationId: string, server: Server): Promise<SeenAgent[]> {
    return this.together(organizationId, await this.declarations.ofServer(organizationId, server), []);
  }

  /** Who called some versions, all tools together. */
  async calling(
    organizationId: string,
    server: Server,
    question: { now: Date; windowDays: number; versions: string[] },
  ): Promise<{ agent: string; environment: string | null; calls: number; lastCallAt: string }[]> {
    const callers = await this.callers.find(organizationId, { ...question, alias: server.alias });
    const seen = await this.together(organizationId, [], callers);
    return seen.map(({ agent, environment, callers: own }) => ({
      agent,
      environment: environment?.name ?? null,
      calls: own.reduce((sum, one) => sum + one.calls, 0),
      lastCallAt: new Date(Math.max(...own.map((one) => one.lastCallAt.getTime()))).toISOString(),
    }));
  }

  private async together(
    organizationId: string,
    declarations: readonly Declaration[],
    callers: readonly Caller[],
  ): Promise<SeenAgent[]> {
    const ids = [...new Set([...declarations, ...callers].map((one) => one.agentId))];
    const agents = await this.agents(organizationId, ids);
    const environments = await this.prisma.environment.findMany({
      where: { organizationId },
      select: { id: true, name: true },
    });
    const seen = new Map<string, SeenAgent>();
    const place = (agentId: string, environment: SeenAgent['environment']): SeenAgent => {
      const key = `${agentId} ${environment?.name ?? ''}`;
      const named = agents.get(agentId);
      const known = seen.get(key) ?? {
        ...{ agentId, agent: named?.slug ?? agentId, teamId: named?.teamId ?? null, environment },
        ...{ declared: null, callers: [] },
      };
      seen.set(key, known);
      return known;
    };
    const put = (one: SeenAgent, more: Partial<SeenAgent>) =>
      seen.set(`${one.agentId} ${one.environment?.name ?? ''}`, { ...one, ...more });
    for (const { agentId, environment, expectation } of declarations)
      put(place(agentId, environment), { declared: expectation });
    for (const caller of callers) {
      const environment = environments.find((one) => one.id === caller.environmentId) ?? null;
      const one = place(caller.agentId, environment);
      put(one, { callers: [...one.callers, caller] });
    }
    return [...seen.values()];
  }

  private async agents(organizationId: string, ids: readonly string[]): Promise<ReadonlyMap<string, Named>> {
    const rows = await this.prisma.agent.findMany({
      where: { organizationId, id: { in: [...ids] } },
      select: { id: true, slug: true, teamId: true },
    });
    return new Map(rows.map(({ id, slug, teamId }) => [id, { slug, teamId }]));
  }
}
