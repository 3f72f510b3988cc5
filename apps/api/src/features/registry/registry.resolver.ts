import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { JsonValue, RequestContext } from '@rollcall/kernel';
import { PublishService, RegistryService, ServerCatalog, type ServerRef, type VersionRef } from '@rollcall/registry';
import { Ctx } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import { versionSubject } from '../../graphql/subject.js';
import { comparisonView } from '../checks/comparison.view.js';

type PublishArgs = { manifest: JsonValue; alias?: string; contact?: string; contract?: JsonValue };
type EndpointArgs = {
  version: VersionRef;
  environment: string;
  transport: 'streamable_http' | 'websocket' | 'stdio';
  url?: string;
  launcher?: string;
};

@Resolver()
export class RegistryResolver {
  constructor(
    private readonly catalog: ServerCatalog,
    private readonly publisher: PublishService,
    private readonly registry: RegistryService,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('server')
  server(@Ctx() ctx: RequestContext, @Args('ref') ref: ServerRef) {
    return this.catalog.server(ctx, ref);
  }

  @Query('version')
  version(@Ctx() ctx: RequestContext, @Args('ref') ref: VersionRef) {
    return this.catalog.version(ctx, ref);
  }

  @Query('environments')
  environments(@Ctx() ctx: RequestContext) {
    return this.catalog.environmentsFor(ctx);
  }

  @Query('namespaces')
  namespaces(@Ctx() ctx: RequestContext) {
    return this.catalog.namespaces(ctx);
  }

  @Mutation('namespaceClaim')
  namespaceClaim(@Ctx() ctx: RequestContext, @Args('input') input: { name: string; team: string }) {
    const attempt = {
      mutation: 'namespaceClaim',
      subject: `namespace:${input.name}`,
      empty: { namespace: null },
    } as const;
    return this.mutations.run(ctx, attempt, async () => ({
      namespace: await this.registry.claimNamespace(ctx, input),
    }));
  }

  @Mutation('serverPublish')
  serverPublish(@Ctx() ctx: RequestContext, @Args('input') input: PublishArgs) {
    const name = (input.manifest as { name?: unknown } | null)?.name;
    const empty = { version: null, created: false, gate: null };
    const attempt = { mutation: 'serverPublish', subject: `server:${String(name)}`, empty } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const { versionId, created, gate } = await this.publisher.publish(ctx, input);
      return {
        version: await this.catalog.version(ctx, { byId: versionId }),
        created,
        gate: gate ? { ...gate, comparison: comparisonView(gate.comparison) } : null,
      };
    });
  }

  @Mutation('environmentCreate')
  environmentCreate(
    @Ctx() ctx: RequestContext,
    @Args('input') input: { name: string; kind: 'staging' | 'production' },
  ) {
    const subject = `environment:${input.name.slice(0, 80)}`;
    const attempt = { mutation: 'environmentCreate', subject, empty: { environment: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({
      environment: await this.registry.createEnvironment(ctx, input),
    }));
  }

  @Mutation('endpointSet')
  endpointSet(@Ctx() ctx: RequestContext, @Args('input') input: EndpointArgs) {
    const subject = versionSubject(input.version);
    const attempt = { mutation: 'endpointSet', subject, empty: { endpoint: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({
      endpoint: await this.registry.setEndpoint(ctx, {
        ...input,
        transport: input.transport === 'streamable_http' ? 'streamable-http' : input.transport,
      }),
    }));
  }
}
