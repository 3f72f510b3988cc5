import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { type ApiTokenInput, ApiTokenService } from '@rollcall/identity';
import { encodeCursor, type RequestContext } from '@rollcall/kernel';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

const NOT_ISSUED = { token: null, apiToken: null };

@Resolver('ApiToken')
export class TokensResolver {
  constructor(
    private readonly tokens: ApiTokenService,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('apiTokens')
  async apiTokens(
    @Ctx() ctx: RequestContext,
    @Args('first') first: number,
    @Args('after') after?: string | null,
    @Args('where') where?: { principal?: string | null; ended?: boolean | null } | null,
  ) {
    const { items, next } = await this.tokens.page(ctx, { first, after: after ?? null, where: where ?? null });
    const edges = items.map((node) => ({ cursor: encodeCursor([node.id]), node }));
    return { edges, pageInfo: { hasNextPage: next !== null, endCursor: edges.at(-1)?.cursor ?? null } };
  }

  @Mutation('apiTokenCreate')
  create(@Ctx() ctx: RequestContext, @Args('input') input: ApiTokenInput) {
    const subject = `principal:${input.principal ?? ctx.principal.handle}`;
    const attempt = { mutation: 'apiTokenCreate', subject, empty: NOT_ISSUED } as const;
    return this.mutations.run(ctx, attempt, () => this.tokens.create(ctx, input));
  }

  @Mutation('apiTokenRotate')
  rotate(
    @Ctx() ctx: RequestContext,
    @Args('input') input: { id: string; expiresAt?: Date | null; graceSeconds?: number | null },
  ) {
    const attempt = { mutation: 'apiTokenRotate', subject: `token:${input.id}`, empty: NOT_ISSUED } as const;
    return this.mutations.run(ctx, attempt, () => this.tokens.rotate(ctx, input));
  }

  @Mutation('apiTokenRevoke')
  revoke(@Ctx() ctx: RequestContext, @Args('input') input: { id: string }) {
    const attempt = { mutation: 'apiTokenRevoke', subject: `token:${input.id}`, empty: { apiToken: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ apiToken: await this.tokens.revoke(ctx, input) }));
  }

  @ResolveField('principal')
  principal(@Parent() token: { principalId: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.principal.load(token.principalId);
  }

  @ResolveField('createdBy')
  createdBy(@Parent() token: { createdBy: string | null }, @Loaders() loaders: RequestLoaders) {
    return token.createdBy === null ? null : loaders.principal.load(token.createdBy);
  }
}
