import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AccessService } from '@rollcall/access';
import { BundlePublisher, BundleStore } from '@rollcall/bundles';
import type { RequestContext } from '@rollcall/kernel';
import { ServerCatalog } from '@rollcall/registry';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

@Resolver('BundleRevision')
export class BundlesResolver {
  constructor(
    private readonly publisher: BundlePublisher,
    private readonly store: BundleStore,
    private readonly access: AccessService,
    private readonly catalog: ServerCatalog,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('bundle')
  async bundle(@Ctx() ctx: RequestContext, @Args('environment') name: string) {
    await this.access.authorize(ctx, 'bundle.read');
    const environment = await this.catalog.environment(ctx.organizationId, name);
    return this.store.newest(environment.id);
  }

  @Mutation('bundlePublish')
  bundlePublish(@Ctx() ctx: RequestContext, @Args('input') input: { environment: string }) {
    const subject = `environment:${input.environment}`;
    const attempt = { mutation: 'bundlePublish', subject, empty: { bundle: null } } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const environment = await this.catalog.environment(ctx.organizationId, input.environment);
      const id = await this.publisher.publishNow(ctx, environment);
      return { bundle: await this.store.byId(ctx.organizationId, id) };
    });
  }

  @ResolveField('environment')
  async environment(@Parent() bundle: { environmentId: string }, @Loaders() loaders: RequestLoaders) {
    return (await loaders.environment.load(bundle.environmentId))?.name ?? null;
  }
}
