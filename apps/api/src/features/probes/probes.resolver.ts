import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '@rollcall/kernel';
import { type HealthWindow, ProbeService } from '@rollcall/probes';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

type EndpointRow = { id: string };
type HealthRow = { endpointId: string; nextAt: Date; lastAt: Date | null };
type Windowed = { window?: HealthWindow | null };

@Resolver('Endpoint')
export class EndpointHealthResolver {
  constructor(
    private readonly service: ProbeService,
    private readonly mutations: MutationRunner,
  ) {}

  @ResolveField('health')
  health(@Parent() endpoint: EndpointRow, @Loaders() loaders: RequestLoaders) {
    return loaders.endpointHealth.load(endpoint.id);
  }

  @Mutation('endpointProbe')
  endpointProbe(@Ctx() ctx: RequestContext, @Args('input') { endpoint: id }: { endpoint: string }) {
    const attempt = {
      mutation: 'endpointProbe',
      subject: `endpoint:${id.slice(0, 100)}`,
      empty: { endpoint: null },
    } as const;
    return this.mutations.run(ctx, attempt, async () => ({ endpoint: await this.service.probeNow(ctx, id) }));
  }
}

@Resolver('EndpointHealth')
export class EndpointHealthFieldsResolver {
  @ResolveField('lastProbedAt')
  lastProbedAt(@Parent() health: HealthRow) {
    return health.lastAt;
  }

  @ResolveField('nextProbeAt')
  nextProbeAt(@Parent() health: HealthRow) {
    return health.nextAt;
  }

  @ResolveField('probeCount')
  async probeCount(@Parent() health: HealthRow, @Args() args: Windowed, @Loaders() loaders: RequestLoaders) {
    return (await summaryOf(health, args, loaders))?.probes ?? 0;
  }

  @ResolveField('uptime')
  async uptime(@Parent() health: HealthRow, @Args() args: Windowed, @Loaders() loaders: RequestLoaders) {
    return (await summaryOf(health, args, loaders))?.uptime ?? null;
  }

  @ResolveField('latency')
  async latency(@Parent() health: HealthRow, @Args() args: Windowed, @Loaders() loaders: RequestLoaders) {
    return (await summaryOf(health, args, loaders))?.latency ?? null;
  }

  @ResolveField('history')
  async history(
    @Parent() health: HealthRow,
    @Args() { first, after }: { first?: number | null; after?: string | null },
    @Loaders() loaders: RequestLoaders,
  ) {
    const page = { endpointId: health.endpointId, first: first ?? 20, after: after ?? null };
    const { items, hasNextPage } = await loaders.probeHistory.load(page);
    return {
      edges: items.map((node) => ({ cursor: node.cursor, node })),
      pageInfo: { hasNextPage, endCursor: items.at(-1)?.cursor ?? null },
    };
  }
}

function summaryOf(health: HealthRow, { window }: Windowed, loaders: RequestLoaders) {
  return loaders.healthSummary[window ?? 'day'].load(health.endpointId);
}
