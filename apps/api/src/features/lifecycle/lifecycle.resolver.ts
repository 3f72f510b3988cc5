import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '@rollcall/kernel';
import { ServerCatalog, type ServerRef, type VersionRef } from '@rollcall/registry';
import { type GateQuestion, HoldService, type TransitionInput, TransitionService } from '@rollcall/transitions';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';
import { versionSubject } from '../../graphql/subject.js';

type HoldArgs = { version: VersionRef; reason: string };

@Resolver()
export class LifecycleResolver {
  constructor(
    private readonly transitions: TransitionService,
    private readonly holds: HoldService,
    private readonly catalog: ServerCatalog,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('canI')
  async canI(@Ctx() ctx: RequestContext, @Args('input') input: GateQuestion) {
    const report = await this.transitions.canI(ctx, input);
    const { version, rule, guards, answer, permitted } = report;
    return { version, fromState: rule.from, toState: rule.to, guards, answer, permitted };
  }

  @Mutation('versionTransition')
  async versionTransition(
    @Ctx() ctx: RequestContext,
    @Loaders() loaders: RequestLoaders,
    @Args('input') input: TransitionInput,
  ) {
    const empty = { version: null, transition: null, guards: [] };
    const attempt = { mutation: 'versionTransition', subject: versionSubject(input.version), empty } as const;
    const payload = await this.mutations.run(ctx, attempt, async () => {
      const { transitionId, guards } = await this.transitions.transition(ctx, input);
      const version = await this.catalog.version(ctx, input.version);
      const all = await loaders.transitionsOfVersion.clear(version.id).load(version.id);
      return { version, transition: all.find((one) => one.id === transitionId) ?? null, guards };
    });
    const refused = payload.errors[0]?.details['guards'];
    return refused ? { ...payload, guards: refused } : payload;
  }

  @Mutation('exceptionGrant')
  exceptionGrant(
    @Ctx() ctx: RequestContext,
    @Args('input') input: { server: ServerRef; guard: string; reason: string; expiresAt: Date },
  ) {
    const subject = `server:${input.server.byId ?? input.server.byName}`;
    const attempt = { mutation: 'exceptionGrant', subject, empty: { exception: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ exception: await this.holds.grantException(ctx, input) }));
  }

  @Mutation('versionQuarantine')
  versionQuarantine(@Ctx() ctx: RequestContext, @Args('input') input: HoldArgs) {
    const attempt = {
      mutation: 'versionQuarantine',
      subject: versionSubject(input.version),
      empty: { version: null },
    } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const id = await this.holds.quarantine(ctx, input);
      return { version: await this.catalog.version(ctx, { byId: id }) };
    });
  }

  @Mutation('versionRelease')
  versionRelease(@Ctx() ctx: RequestContext, @Args('input') input: HoldArgs) {
    const attempt = {
      mutation: 'versionRelease',
      subject: versionSubject(input.version),
      empty: { version: null },
    } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const id = await this.holds.release(ctx, input);
      return { version: await this.catalog.version(ctx, { byId: id }) };
    });
  }
}
