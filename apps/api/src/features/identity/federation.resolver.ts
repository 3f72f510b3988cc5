import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { type FederationRuleInput, FederationRuleService } from '@rollcall/identity';
import type { RequestContext } from '@rollcall/kernel';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

@Resolver('FederationRule')
export class FederationResolver {
  constructor(
    private readonly rules: FederationRuleService,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('federationRules')
  list(@Ctx() ctx: RequestContext) {
    return this.rules.list(ctx);
  }

  @Mutation('federationRuleCreate')
  create(@Ctx() ctx: RequestContext, @Args('input') input: FederationRuleInput) {
    const subject = `federation:${input.name}`;
    const attempt = { mutation: 'federationRuleCreate', subject, empty: { rule: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ rule: await this.rules.create(ctx, input) }));
  }

  @Mutation('federationRuleRevoke')
  revoke(@Ctx() ctx: RequestContext, @Args('input') input: { id: string }) {
    const subject = `federation:${input.id}`;
    const attempt = { mutation: 'federationRuleRevoke', subject, empty: { rule: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ rule: await this.rules.revoke(ctx, input) }));
  }

  @ResolveField('claims')
  claims(@Parent() rule: { claims: Record<string, string> }) {
    return Object.entries(rule.claims).map(([claim, matches]) => ({ claim, matches }));
  }

  @ResolveField('principal')
  principal(@Parent() rule: { principalId: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.principal.load(rule.principalId);
  }

  @ResolveField('createdBy')
  createdBy(@Parent() rule: { createdBy: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.principal.load(rule.createdBy);
  }
}
