import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  ConformanceService,
  EvidenceReadModel,
  GoldenPermissionService,
  GoldenService,
  ObjectiveService,
  type PermissionInput,
} from '@rollcall/evidence';
import type { JsonValue, RequestContext } from '@rollcall/kernel';
import type { ServerRef, VersionRef } from '@rollcall/registry';
import { Ctx } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import { versionSubject } from '../../graphql/subject.js';

type ObjectiveArgs = {
  server: ServerRef;
  availability: number;
  latencyP95Ms?: number | null;
  windowDays?: number | null;
};
type RunArgs = { version: VersionRef; environment?: string | null };

const DEFAULT_WINDOW_DAYS = 30;
const serverSubject = (ref: ServerRef) => `server:${ref.byId ?? ref.byName}`;

@Resolver()
export class EvidenceResolver {
  constructor(
    private readonly golden: GoldenService,
    private readonly permissions: GoldenPermissionService,
    private readonly objectives: ObjectiveService,
    private readonly conformance: ConformanceService,
    private readonly reads: EvidenceReadModel,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('goldenRun')
  goldenRunOf(@Ctx() ctx: RequestContext, @Args('id') id: string) {
    return this.reads.goldenRun(ctx, id);
  }

  @Query('conformanceRun')
  conformanceRunOf(@Ctx() ctx: RequestContext, @Args('id') id: string) {
    return this.reads.conformanceRun(ctx, id);
  }

  @Mutation('goldenCallsSet')
  goldenCallsSet(@Ctx() ctx: RequestContext, @Args('input') input: { server: ServerRef; document: JsonValue }) {
    const subject = serverSubject(input.server);
    const attempt = { mutation: 'goldenCallsSet', subject, empty: { goldenCalls: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ goldenCalls: await this.golden.declare(ctx, input) }));
  }

  @Mutation('goldenRun')
  goldenRun(@Ctx() ctx: RequestContext, @Args('input') input: RunArgs) {
    const subject = versionSubject(input.version);
    const attempt = { mutation: 'goldenRun', subject, empty: { run: null } } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const id = await this.golden.request(ctx, input);
      return { run: await this.reads.goldenRun(ctx, id) };
    });
  }

  @Mutation('goldenPermissionGrant')
  goldenPermissionGrant(@Ctx() ctx: RequestContext, @Args('input') input: PermissionInput) {
    const subject = versionSubject(input.version);
    const attempt = { mutation: 'goldenPermissionGrant', subject, empty: { permission: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ permission: await this.permissions.grant(ctx, input) }));
  }

  @Mutation('goldenPermissionRevoke')
  goldenPermissionRevoke(@Ctx() ctx: RequestContext, @Args('input') { id }: { id: string }) {
    const subject = `permission:${id}`;
    const attempt = { mutation: 'goldenPermissionRevoke', subject, empty: { permission: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ permission: await this.permissions.revoke(ctx, id) }));
  }

  @Mutation('serverObjectiveSet')
  serverObjectiveSet(@Ctx() ctx: RequestContext, @Args('input') input: ObjectiveArgs) {
    const { server, availability } = input;
    const attempt = {
      mutation: 'serverObjectiveSet',
      subject: serverSubject(server),
      empty: { objective: null },
    } as const;
    const windowDays = input.windowDays ?? DEFAULT_WINDOW_DAYS;
    const wanted = { server, availability, latencyP95Ms: input.latencyP95Ms ?? null, windowDays };
    return this.mutations.run(ctx, attempt, async () => ({ objective: await this.objectives.set(ctx, wanted) }));
  }

  @Mutation('conformanceRun')
  conformanceRun(@Ctx() ctx: RequestContext, @Args('input') input: RunArgs) {
    const subject = versionSubject(input.version);
    const attempt = { mutation: 'conformanceRun', subject, empty: { run: null } } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const id = await this.conformance.request(ctx, input);
      return { run: await this.reads.conformanceRun(ctx, id) };
    });
  }
}
