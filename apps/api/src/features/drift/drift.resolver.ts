import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { Comparison } from '@rollcall/compatibility';
import { DriftDecisions, DriftReadModel, type DriftWhere } from '@rollcall/drift';
import type { RequestContext } from '@rollcall/kernel';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';
import { comparisonView } from '../checks/comparison.view.js';

type Row = { versionId: string; environmentId: string | null; resolvedBy: string | null; comparison: unknown };

@Resolver('DriftFinding')
export class DriftResolver {
  constructor(
    private readonly decisions: DriftDecisions,
    private readonly reads: DriftReadModel,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('driftFindings')
  async list(
    @Ctx() ctx: RequestContext,
    @Args() args: { first: number; after?: string | null; where?: DriftWhere | null },
  ) {
    const { items, hasNext, cursor } = await this.reads.page(ctx, args);
    const edges = items.map((node) => ({ cursor: cursor(node), node }));
    return { edges, pageInfo: { hasNextPage: hasNext, endCursor: edges.at(-1)?.cursor ?? null } };
  }

  @Query('driftFinding')
  one(@Ctx() ctx: RequestContext, @Args('id') id: string) {
    return this.reads.byId(ctx, id);
  }

  @Mutation('driftDismiss')
  dismiss(@Ctx() ctx: RequestContext, @Args('input') input: { id: string; reason: string }) {
    const attempt = {
      mutation: 'driftDismiss',
      subject: `drift:${input.id.slice(0, 64)}`,
      empty: { drift: null },
    } as const;
    return this.mutations.run(ctx, attempt, async () => ({ drift: await this.decisions.dismiss(ctx, input) }));
  }

  @ResolveField('version')
  version(@Parent() row: Row, @Loaders() loaders: RequestLoaders) {
    return loaders.version.load(row.versionId);
  }

  @ResolveField('environment')
  async environment(@Parent() row: Row, @Loaders() loaders: RequestLoaders) {
    return row.environmentId ? ((await loaders.environment.load(row.environmentId))?.name ?? null) : null;
  }

  @ResolveField('resolvedBy')
  resolvedBy(@Parent() row: Row, @Loaders() loaders: RequestLoaders) {
    return row.resolvedBy ? loaders.principal.load(row.resolvedBy) : null;
  }

  @ResolveField('comparison')
  comparison(@Parent() row: Row) {
    return row.comparison ? comparisonView(row.comparison as Comparison) : null;
  }
}
