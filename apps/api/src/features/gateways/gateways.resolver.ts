import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { BundleStore } from '@rollcall/bundles';
import { GatewayService } from '@rollcall/gateways';
import type { RequestContext } from '@rollcall/kernel';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

type GatewayRow = { environmentId: string; status: { result: string; epoch: number; serial: number } | null };

@Resolver('Gateway')
export class GatewaysResolver {
  constructor(
    private readonly service: GatewayService,
    private readonly bundles: BundleStore,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('gateways')
  gateways(@Ctx() ctx: RequestContext) {
    return this.service.list(ctx);
  }

  @Mutation('gatewayEnroll')
  gatewayEnroll(@Ctx() ctx: RequestContext, @Args('input') input: { name: string; environment: string }) {
    const empty = { gateway: null, token: null };
    const attempt = { mutation: 'gatewayEnroll', subject: `gateway:${input.name}`, empty } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const { id, token } = await this.service.enroll(ctx, input);
      return { gateway: await this.service.byId(ctx, id), token };
    });
  }

  @ResolveField('environment')
  environment(@Parent() gateway: GatewayRow, @Loaders() loaders: RequestLoaders) {
    return loaders.environment.load(gateway.environmentId);
  }

  @ResolveField('status')
  async status(@Parent() gateway: GatewayRow) {
    const { status } = gateway;
    if (!status) return null;
    const newest = await this.bundles.newest(gateway.environmentId);
    const converged = status.result === 'ack' && newest?.serial === status.serial && newest.epoch === status.epoch;
    return { ...status, converged };
  }
}
