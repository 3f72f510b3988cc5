import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { type ServerAttributesInput, ServerAttributesService } from '@rollcall/identity';
import type { RequestContext } from '@rollcall/kernel';
import { Ctx } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';

@Resolver()
export class ServerAttributesResolver {
  constructor(
    private readonly attributes: ServerAttributesService,
    private readonly mutations: MutationRunner,
  ) {}

  @Mutation('serverAttributesSet')
  set(@Ctx() ctx: RequestContext, @Args('input') input: ServerAttributesInput) {
    const subject = `server:${input.server.byName ?? input.server.byId}`;
    const attempt = { mutation: 'serverAttributesSet', subject, empty: { server: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ server: await this.attributes.set(ctx, input) }));
  }
}
