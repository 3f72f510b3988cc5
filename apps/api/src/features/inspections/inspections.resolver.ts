import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { InspectionReadModel, InspectionService } from '@rollcall/inspections';
import type { RequestContext } from '@rollcall/kernel';
import type { VersionRef } from '@rollcall/registry';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';
import { versionSubject } from '../../graphql/subject.js';

@Resolver('Inspection')
export class InspectionsResolver {
  constructor(
    private readonly service: InspectionService,
    private readonly reads: InspectionReadModel,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('inspection')
  inspection(@Ctx() ctx: RequestContext, @Args('id') id: string) {
    return this.reads.byId(ctx, id);
  }

  @Mutation('inspectionRequest')
  inspectionRequest(@Ctx() ctx: RequestContext, @Args('input') input: { version: VersionRef; environment?: string }) {
    const subject = versionSubject(input.version);
    const attempt = { mutation: 'inspectionRequest', subject, empty: { inspection: null } } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const id = await this.service.request(ctx, input);
      return { inspection: await this.reads.byId(ctx, id) };
    });
  }

  @ResolveField('environment')
  async environment(@Parent() inspection: { environmentId: string | null }, @Loaders() loaders: RequestLoaders) {
    if (inspection.environmentId === null) return null;
    return (await loaders.environment.load(inspection.environmentId))?.name ?? null;
  }
}
