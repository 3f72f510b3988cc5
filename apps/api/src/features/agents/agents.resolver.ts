import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AgentService, type GrantInput, GrantService } from '@rollcall/agents';
import type { RequestContext } from '@rollcall/kernel';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

@Resolver('Agent')
export class AgentsResolver {
  constructor(
    private readonly service: AgentService,
    private readonly grants: GrantService,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('agents')
  agents(@Ctx() ctx: RequestContext) {
    return this.service.list(ctx);
  }

  @Mutation('agentCreate')
  agentCreate(@Ctx() ctx: RequestContext, @Args('input') input: { slug: string; name: string; team: string }) {
    const attempt = { mutation: 'agentCreate', subject: `agent:${input.slug}`, empty: { agent: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({
      agent: { ...(await this.service.create(ctx, input)), grants: [] },
    }));
  }

  @Mutation('agentTokenIssue')
  agentTokenIssue(@Ctx() ctx: RequestContext, @Args('input') input: { agent: string; expiresAt?: Date }) {
    const attempt = { mutation: 'agentTokenIssue', subject: `agent:${input.agent}`, empty: { token: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ token: await this.service.issueToken(ctx, input) }));
  }

  @Mutation('grantCreate')
  grantCreate(@Ctx() ctx: RequestContext, @Args('input') input: GrantInput) {
    const attempt = { mutation: 'grantCreate', subject: `agent:${input.agent}`, empty: { grant: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ grant: await this.grants.create(ctx, input) }));
  }

  @Mutation('grantRevoke')
  grantRevoke(@Ctx() ctx: RequestContext, @Args('input') input: { id: string; reason: string }) {
    const attempt = { mutation: 'grantRevoke', subject: `grant:${input.id}`, empty: { grant: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ grant: await this.grants.revoke(ctx, input) }));
  }

  @ResolveField('team')
  team(@Parent() agent: { teamId: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.team.load(agent.teamId);
  }
}

@Resolver('Grant')
export class GrantFieldsResolver {
  @ResolveField('agent')
  async agent(@Parent() grant: { agentId: string }, @Loaders() loaders: RequestLoaders) {
    const agent = await loaders.agent.load(grant.agentId);
    return agent ? { ...agent, grants: [] } : null;
  }

  @ResolveField('server')
  server(@Parent() grant: { serverId: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.server.load(grant.serverId);
  }

  @ResolveField('environment')
  environment(@Parent() grant: { environmentId: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.environment.load(grant.environmentId);
  }
}
