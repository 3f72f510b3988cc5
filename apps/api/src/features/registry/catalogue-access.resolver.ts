import { Mutation, Query, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '@rollcall/kernel';
import { CatalogueKeys } from '@rollcall/registry';
import { Ctx } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';

@Resolver()
export class CatalogueAccessResolver {
  constructor(
    private readonly keys: CatalogueKeys,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('catalogueAccess')
  async catalogueAccess(@Ctx() ctx: RequestContext) {
    return accessView(await this.keys.current(ctx));
  }

  @Mutation('catalogueKeyRotate')
  catalogueKeyRotate(@Ctx() ctx: RequestContext) {
    const subject = `organization:${ctx.organizationId}`;
    const attempt = { mutation: 'catalogueKeyRotate', subject, empty: { access: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ access: accessView(await this.keys.rotate(ctx)) }));
  }

  @Mutation('catalogueKeyRevoke')
  catalogueKeyRevoke(@Ctx() ctx: RequestContext) {
    const subject = `organization:${ctx.organizationId}`;
    const attempt = { mutation: 'catalogueKeyRevoke', subject, empty: { access: null } } as const;
    return this.mutations.run(ctx, attempt, async () => {
      await this.keys.revoke(ctx);
      return { access: accessView(null) };
    });
  }
}

const accessView = (key: string | null) => ({ key, path: key === null ? null : `/catalogue/${key}` });
