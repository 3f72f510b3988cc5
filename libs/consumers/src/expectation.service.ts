import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { AgentService } from '@rollcall/agents';
import {
  type ExpectationDocument,
  expectationFromShapes,
  plainDocument,
  readExpectations,
  type ToolExpectation,
} from '@rollcall/expectations';
import type { JsonObject, JsonValue, RequestContext } from '@rollcall/kernel';
import { type Caller, CallersReadModel } from '@rollcall/usage';
import { expectationsInvalid } from './consumers.errors.js';
import { ExpectationRecords } from './expectation.records.prisma.js';
import { ExpectationAdvice } from './expectation-advice.read-model.prisma.js';
import type { ExpectationSetRow } from './expectation-set.js';

/** The revision in force, whether it is new, and what in it names nothing that is there. */
export type PublishedExpectations = { set: ExpectationSetRow; isNew: boolean; warnings: string[] };

/** What agents say they rely on. The team of the agent decides. */
@Injectable()
export class ExpectationService {
  constructor(
    private readonly access: AccessService,
    private readonly agents: AgentService,
    private readonly records: ExpectationRecords,
    private readonly advice: ExpectationAdvice,
    private readonly callers: CallersReadModel,
  ) {}

  /**
   * Puts a document in force; publishing the same again changes nothing. Refuses with EXPECTATIONS_INVALID. What the
   * document names may be published later, so that a name nobody knows is a warning.
   */
  async publish(ctx: RequestContext, input: { agent: string; document: JsonValue }): Promise<PublishedExpectations> {
    const agent = await this.agents.bySlug(ctx, input.agent);
    await this.access.authorize(ctx, 'expectation.publish', agent.teamId);
    const read = readExpectations(input.document);
    if (!read.ok) throw expectationsInvalid(read.error);
    if (read.value.agent !== agent.slug) {
      throw expectationsInvalid([{ path: '/agent', message: `Is not "${agent.slug}", for which it is published.` }]);
    }
    const published = await this.records.publish(ctx, agent, read.value);
    return { ...published, set: published.set as ExpectationSetRow, warnings: await this.advice.on(ctx, read.value) };
  }

  /** The revision in force of each agent; whoever sees an agent sees what it relies on. */
  inForce(organizationId: string, agentIds: readonly string[]): Promise<ReadonlyMap<string, ExpectationSetRow>> {
    return this.advice.inForce(organizationId, agentIds);
  }

  /**
   * What an agent would declare if it relied on exactly what gateways saw it call within the window of usage, in one
   * environment or in all. Results are not seen, so that every field counts as read.
   */
  async suggestion(ctx: RequestContext, input: { agent: string; environment?: string | null }): Promise<JsonObject> {
    const agent = await this.agents.bySlug(ctx, input.agent);
    const { organizationId } = ctx;
    const environment = input.environment ? await this.advice.environment(organizationId, input.environment) : null;
    const found = await this.callers.find(organizationId, {
      now: ctx.clock.now(),
      windowDays: await this.advice.usageWindowDays(organizationId),
      agentId: agent.id,
      ...(environment === null ? {} : { environmentId: environment.id }),
    });
    const names = await this.advice.serverNames(
      organizationId,
      found.map((one) => one.alias),
    );
    return plainDocument(documentOf(agent.slug, found, { names, environment: environment?.name ?? null }));
  }
}

function documentOf(
  agent: string,
  callers: readonly Caller[],
  { names, environment }: { names: ReadonlyMap<string, string>; environment: string | null },
): ExpectationDocument {
  const servers = new Map<string, Map<string, Caller[]>>();
  for (const caller of callers) {
    const server = names.get(caller.alias);
    if (server === undefined) continue;
    const tools = servers.get(server) ?? new Map<string, Caller[]>();
    tools.set(caller.tool, [...(tools.get(caller.tool) ?? []), caller]);
    servers.set(server, tools);
  }
  return {
    agent,
    servers: [...servers].map(([server, tools]) => ({
      server,
      versions: null,
      environment,
      tools: new Map([...tools].map(([tool, seen]) => [tool, expectationOf(seen)])),
      resources: [],
      prompts: [],
    })),
  };
}

/** Calls of several environments are one use: what one of them cannot tell, nobody can. */
function expectationOf(callers: readonly Caller[]): ToolExpectation {
  const shapes = callers.map((one) => one.shapes);
  return expectationFromShapes(shapes.includes(null) ? null : shapes.flatMap((one) => one ?? []));
}
