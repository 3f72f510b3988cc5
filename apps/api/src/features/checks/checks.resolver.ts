import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CheckRecords, CheckService } from '@rollcall/checks';
import type { Comparison } from '@rollcall/compatibility';
import type { RequestContext } from '@rollcall/kernel';
import type { VersionRef } from '@rollcall/registry';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';
import { versionSubject } from '../../graphql/subject.js';
import { comparisonView } from './comparison.view.js';

@Resolver('Check')
export class ChecksResolver {
  constructor(
    private readonly service: CheckService,
    private readonly records: CheckRecords,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('check')
  check(@Ctx() ctx: RequestContext, @Args('id') id: string) {
    return this.records.byId(ctx, id);
  }

  @Mutation('checkRequest')
  checkRequest(@Ctx() ctx: RequestContext, @Args('input') input: { version: VersionRef; against?: VersionRef }) {
    const subject = versionSubject(input.version);
    const attempt = { mutation: 'checkRequest', subject, empty: { check: null } } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const id = await this.service.request(ctx, input);
      return { check: await this.records.byId(ctx, id) };
    });
  }

  @ResolveField('comparison')
  comparison(@Parent() check: { comparison: unknown }) {
    return check.comparison ? comparisonView(check.comparison as Comparison) : null;
  }

  @ResolveField('baseVersion')
  async baseVersion(@Parent() check: { baseVersionId: string | null }, @Loaders() loaders: RequestLoaders) {
    return check.baseVersionId ? ((await loaders.version.load(check.baseVersionId))?.version ?? null) : null;
  }
}
