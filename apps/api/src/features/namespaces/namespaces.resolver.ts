import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '@rollcall/kernel';
import { type NamespaceChallenge, NamespaceProofs } from '@rollcall/proofs';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

@Resolver()
export class NamespacesResolver {
  constructor(
    private readonly proofs: NamespaceProofs,
    private readonly mutations: MutationRunner,
  ) {}

  @Mutation('namespaceChallengeCreate')
  namespaceChallengeCreate(@Ctx() ctx: RequestContext, @Args('input') input: { name: string; team: string }) {
    const subject = `namespace:${input.name}`;
    const attempt = { mutation: 'namespaceChallengeCreate', subject, empty: { challenge: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ challenge: await this.proofs.createChallenge(ctx, input) }));
  }

  @Mutation('namespaceProve')
  namespaceProve(@Ctx() ctx: RequestContext, @Args('input') input: { name: string; method: 'dns' | 'http' }) {
    const subject = `namespace:${input.name}`;
    const attempt = { mutation: 'namespaceProve', subject, empty: { namespace: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ namespace: await this.proofs.prove(ctx, input) }));
  }
}

@Resolver('NamespaceChallenge')
export class NamespaceChallengeFieldsResolver {
  @ResolveField('team')
  team(@Parent() challenge: NamespaceChallenge, @Loaders() loaders: RequestLoaders) {
    return loaders.team.load(challenge.teamId);
  }
}
