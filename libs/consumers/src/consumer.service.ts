import { Injectable } from '@nestjs/common';
import { AccessService, Runtime } from '@rollcall/access';
import type { Comparison } from '@rollcall/compatibility';
import type { Contract } from '@rollcall/contract';
import { type ConsumerImpact, type ImpactSource, judgeConsumers } from '@rollcall/expectations';
import type { RequestContext } from '@rollcall/kernel';
import { inRange } from '@rollcall/policy';
import { ServerCatalog, type ServerRef } from '@rollcall/registry';
import { consumersOf, type SeenAgent } from './consumer-use.js';
import { SeenAgentsReadModel } from './seen-agents.read-model.prisma.js';

/** A change of a server's contract, and whose consumers are asked about: of one environment, or of all. */
export type ImpactQuestion = {
  serverId: string;
  base: Contract;
  head: Contract;
  comparison: Comparison;
  environmentId?: string | null;
};

/** An agent that uses a server in one environment. */
export type ServerConsumer = {
  agentId: string;
  agent: string;
  environment: string | null;
  source: ImpactSource;
  tools: { tool: string; calls: number; firstCallAt: string | null; lastCallAt: string | null }[];
  /** Of all its tools together. */
  calls: number;
  firstCallAt: string | null;
  lastCallAt: string | null;
};

/** An agent whose declared needs one version alone can meet. */
export type Reliance = { agentId: string; agent: string; environment: string | null; tools: string[] };

const LIVE = ['canary', 'active', 'deprecated'] as const;

/** Who relies on a server, and whom a change of it hits. */
@Injectable()
export class ConsumerService {
  constructor(
    private readonly runtime: Runtime,
    private readonly access: AccessService,
    private readonly catalog: ServerCatalog,
    private readonly agents: SeenAgentsReadModel,
  ) {}

  /**
   * Whom the breaking changes of a comparison hit: agents that declared what they rely on, and agents that called a live
   * version within the policy's window of usage. Asked by the product itself: nobody is authorized here.
   */
  async impact(organizationId: string, question: ImpactQuestion): Promise<ConsumerImpact[]> {
    const { serverId, base, head, comparison, environmentId } = question;
    if (!comparison.changes.some((change) => change.severity !== 'safe')) return [];
    const server = await this.agents.server(organizationId, serverId);
    const seen = await this.agents.ofServer(organizationId, server, { now: this.runtime.clock.now(), states: LIVE });
    const meant = seen.filter(({ environment }) => isIn(environment, environmentId ?? null));
    return judgeConsumers({ base, head, comparison }, meant.flatMap(consumersOf));
  }

  /**
   * Consumers of a server, or of one version of it. Who may see the server but neither the agent nor has a part in the
   * server's team learns how many there are, and no name.
   */
  async ofServer(
    ctx: RequestContext,
    ref: ServerRef,
    version?: string,
  ): Promise<{ total: number; consumers: ServerConsumer[] }> {
    const server = await this.catalog.server(ctx, ref);
    const question = { now: ctx.clock.now(), states: LIVE, ...(version === undefined ? {} : { version }) };
    const found = await this.agents.ofServer(ctx.organizationId, server, question);
    const seen = version === undefined ? found : found.filter((one) => means(one, version));
    const owns = await this.access.can(ctx, 'version.check', server.teamId);
    const visible: SeenAgent[] = [];
    for (const one of seen) {
      if (owns || (one.teamId !== null && (await this.access.can(ctx, 'agent.read', one.teamId)))) visible.push(one);
    }
    return { total: seen.length, consumers: visible.flatMap(consumersOf).map(summary) };
  }

  /**
   * Agents that declared a need for the server which no other version that gateways go on serving meets. An entry without
   * a range is met by any version.
   */
  async relying(
    organizationId: string,
    version: { id: string; version: string; serverId: string },
  ): Promise<Reliance[]> {
    const server = await this.agents.server(organizationId, version.serverId);
    const others = (await this.agents.versions(organizationId, server.id, ['canary', 'active']))
      .filter((one) => one.id !== version.id)
      .map((one) => one.version);
    const seen = await this.agents.declared(organizationId, server);
    return seen.flatMap(({ agentId, agent, environment, declared }) => {
      if (declared === null || !accepts(declared.versions, version.version)) return [];
      if (others.some((other) => accepts(declared.versions, other))) return [];
      return [{ agentId, agent, environment: environment?.name ?? null, tools: [...declared.tools.keys()] }];
    });
  }

  /** Agents that called a version within so many days, with the number of calls. */
  async calling(
    organizationId: string,
    version: { serverId: string; version: string },
    windowDays: number,
  ): Promise<{ agent: string; environment: string | null; calls: number; lastCallAt: string }[]> {
    const server = await this.agents.server(organizationId, version.serverId);
    const question = { now: this.runtime.clock.now(), windowDays, versions: [version.version] };
    return this.agents.calling(organizationId, server, question);
  }
}

function isIn(environment: SeenAgent['environment'], id: string | null): boolean {
  return id === null || environment === null || environment.id === id;
}

function accepts(range: string | null, version: string): boolean {
  return range === null || range === version || inRange(version, range);
}

function means({ declared, callers }: SeenAgent, version: string): boolean {
  return callers.length > 0 || (declared !== null && accepts(declared.versions, version));
}

function summary({
  agentId,
  agent,
  environment,
  source,
  tools,
}: ReturnType<typeof consumersOf>[number]): ServerConsumer {
  const firsts = tools.flatMap((one) => one.firstCallAt ?? []).sort();
  const lasts = tools.flatMap((one) => one.lastCallAt ?? []).sort();
  return {
    ...{ agentId, agent, environment, source },
    tools: tools.map(({ tool, calls, firstCallAt, lastCallAt }) => ({ tool, calls, firstCallAt, lastCallAt })),
    calls: tools.reduce((sum, one) => sum + one.calls, 0),
    firstCallAt: firsts[0] ?? null,
    lastCallAt: lasts.at(-1) ?? null,
  };
}
