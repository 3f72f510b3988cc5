import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '@rollcall/kernel';
import { type MirrorInput, MirrorService } from '@rollcall/mirrors';
import { Ctx } from '../../graphql/graphql-context.js';
import type { MutationName } from '../../graphql/mutation.catalogue.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';

type MirrorRow = { id: string; versionCount?: number };

@Resolver('Mirror')
export class MirrorsResolver {
  constructor(
    private readonly mirrors: MirrorService,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('mirrors')
  list(@Ctx() ctx: RequestContext) {
    return this.mirrors.list(ctx);
  }

  /** Known for the whole list at once; a payload's single mirror is counted on its own. */
  @ResolveField('versionCount')
  async versionCount(@Ctx() ctx: RequestContext, @Parent() mirror: MirrorRow) {
    return mirror.versionCount ?? this.mirrors.countVersions(ctx, mirror.id);
  }

  @Mutation('mirrorSet')
  set(@Ctx() ctx: RequestContext, @Args('input') input: MirrorInput) {
    return this.run(ctx, 'mirrorSet', { name: input.name, work: () => this.mirrors.set(ctx, input) });
  }

  @Mutation('mirrorRemove')
  remove(@Ctx() ctx: RequestContext, @Args('input') { name }: { name: string }) {
    return this.run(ctx, 'mirrorRemove', { name, work: () => this.mirrors.remove(ctx, name) });
  }

  @Mutation('mirrorSync')
  sync(@Ctx() ctx: RequestContext, @Args('input') { name, force }: { name: string; force?: boolean | null }) {
    return this.run(ctx, 'mirrorSync', { name, work: () => this.mirrors.sync(ctx, name, force === true) });
  }

  private run(
    ctx: RequestContext,
    mutation: MutationName,
    { name, work }: { name: string; work: () => Promise<MirrorRow> },
  ) {
    const attempt = { mutation, subject: `mirror:${name.slice(0, 100)}`, empty: { mirror: null } };
    return this.mutations.run(ctx, attempt, async () => ({ mirror: await work() }));
  }
}
