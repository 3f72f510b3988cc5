import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { ConsumerService, ExpectationService } from '@rollcall/consumers';
import type { JsonValue, RequestContext } from '@rollcall/kernel';
import type { ServerRef } from '@rollcall/registry';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';
import { ExpectationsLoader } from './expectations.loader.js';

@Resolver()
export class ConsumersResolver {
  constructor(
    private readonly expectations: ExpectationService,
    private readonly consumers: ConsumerService,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('serverConsumers')
  serverConsumers(
    @Ctx() ctx: RequestContext,
    @Args('server') server: ServerRef,
    @Args('version') version?: string | null,
  ) {
    return this.consumers.ofServer(ctx, server, version ?? undefined);
  }

  @Query('expectationSuggestion')
  expectationSuggestion(
    @Ctx() ctx: RequestContext,
    @Args('agent') agent: string,
    @Args('environment') environment?: string | null,
  ) {
    return this.expectations.suggestion(ctx, { agent, environment: environment ?? null });
  }

  @Mutation('expectationPublish')
  expectationPublish(@Ctx() ctx: RequestContext, @Args('input') input: { agent: string; document: JsonValue }) {
    const empty = { expectations: null, isNew: null, warnings: [] };
    const attempt = { mutation: 'expectationPublish', subject: `agent:${input.agent}`, empty } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const { set, isNew, warnings } = await this.expectations.publish(ctx, input);
      return { expectations: set, isNew, warnings };
    });
  }
}

@Resolver('Agent')
export class AgentExpectationsResolver {
  constructor(private readonly loader: ExpectationsLoader) {}

  @ResolveField('expectations')
  expectations(@Parent() agent: { id: string }, @Ctx() ctx: RequestContext) {
    return this.loader.of(ctx).load(agent.id);
  }
}

@Resolver('ExpectationSet')
export class ExpectationFieldsResolver {
  @ResolveField('agent')
  async agent(@Parent() set: { agentId: string }, @Loaders() loaders: RequestLoaders) {
    const agent = await loaders.agent.load(set.agentId);
    return agent ? { ...agent, grants: [] } : null;
  }

  @ResolveField('publishedBy')
  publishedBy(@Parent() set: { publishedBy: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.principal.load(set.publishedBy);
  }
}

/** Everything GraphQL says about consumers. */
export const CONSUMER_RESOLVERS = [ConsumersResolver, AgentExpectationsResolver, ExpectationFieldsResolver];
