import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '@rollcall/kernel';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';
import { EvidenceLoader } from './evidence.loader.js';

type Row = { id: string };
type RunRow = { id: string; environmentId: string };

@Resolver('Server')
export class ServerEvidenceResolver {
  constructor(private readonly loader: EvidenceLoader) {}

  @ResolveField('goldenCalls')
  goldenCalls(@Ctx() ctx: RequestContext, @Parent() { id }: Row) {
    return this.loader.of(ctx).goldenCalls.load(id);
  }

  @ResolveField('goldenPermissions')
  goldenPermissions(@Ctx() ctx: RequestContext, @Parent() { id }: Row) {
    return this.loader.of(ctx).permissions.load(id);
  }

  @ResolveField('objective')
  objective(@Ctx() ctx: RequestContext, @Parent() { id }: Row) {
    return this.loader.of(ctx).objective.load(id);
  }
}

@Resolver('ServerVersion')
export class VersionEvidenceResolver {
  constructor(private readonly loader: EvidenceLoader) {}

  @ResolveField('goldenRuns')
  goldenRuns(@Ctx() ctx: RequestContext, @Parent() { id }: Row) {
    return this.loader.of(ctx).goldenRuns.load(id);
  }

  @ResolveField('conformanceRuns')
  conformanceRuns(@Ctx() ctx: RequestContext, @Parent() { id }: Row) {
    return this.loader.of(ctx).conformanceRuns.load(id);
  }
}

@Resolver('GoldenRun')
export class GoldenRunFieldsResolver {
  constructor(private readonly loader: EvidenceLoader) {}

  @ResolveField('results')
  results(@Ctx() ctx: RequestContext, @Parent() { id }: Row) {
    return this.loader.of(ctx).results.load(id);
  }

  @ResolveField('environment')
  async environment(@Parent() { environmentId }: RunRow, @Loaders() loaders: RequestLoaders) {
    return (await loaders.environment.load(environmentId))?.name ?? null;
  }
}

@Resolver('ConformanceRun')
export class ConformanceRunFieldsResolver {
  @ResolveField('environment')
  async environment(@Parent() { environmentId }: RunRow, @Loaders() loaders: RequestLoaders) {
    return (await loaders.environment.load(environmentId))?.name ?? null;
  }
}

@Resolver('GoldenCalls')
export class GoldenCallsFieldsResolver {
  @ResolveField('declaredBy')
  declaredBy(@Parent() { declaredByHandle }: { declaredByHandle: string }) {
    return declaredByHandle;
  }
}

@Resolver('GoldenPermission')
export class GoldenPermissionFieldsResolver {
  @ResolveField('grantedBy')
  grantedBy(@Parent() { grantedByHandle }: { grantedByHandle: string }) {
    return grantedByHandle;
  }
}

@Resolver('ServiceObjective')
export class ServiceObjectiveFieldsResolver {
  @ResolveField('setBy')
  setBy(@Parent() { setByHandle }: { setByHandle: string }) {
    return setByHandle;
  }
}

export const EVIDENCE_FIELDS = [
  ConformanceRunFieldsResolver,
  GoldenCallsFieldsResolver,
  GoldenPermissionFieldsResolver,
  GoldenRunFieldsResolver,
  ServerEvidenceResolver,
  ServiceObjectiveFieldsResolver,
  VersionEvidenceResolver,
];
