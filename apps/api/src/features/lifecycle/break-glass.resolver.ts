import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { encodeCursor, type JsonValue, type RequestContext } from '@rollcall/kernel';
import { ServerCatalog, type VersionRef } from '@rollcall/registry';
import { ApprovalService, type BreakGlassInput, BreakGlassService } from '@rollcall/transitions';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';
import { versionSubject } from '../../graphql/subject.js';

type ApproveArgs = { version: VersionRef; approvalRules?: JsonValue; comment?: string };

/** Steps that take more than one person: approvals, and the way around a guard. */
@Resolver()
export class BreakGlassResolver {
  constructor(
    private readonly breakGlass: BreakGlassService,
    private readonly approvals: ApprovalService,
    private readonly catalog: ServerCatalog,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('breakGlassRequests')
  async breakGlassRequests(
    @Ctx() ctx: RequestContext,
    @Args('first') first: number,
    @Args('after') after?: string,
    @Args('pending') pending?: boolean,
  ) {
    const page = await this.breakGlass.list(ctx, { first, after: after ?? null, pending: pending ?? null });
    return {
      edges: page.items.map((node) => ({ cursor: encodeCursor([node.id]), node })),
      pageInfo: { hasNextPage: page.next !== null, endCursor: encodeLast(page.items) },
    };
  }

  @Mutation('versionApprove')
  async versionApprove(
    @Ctx() ctx: RequestContext,
    @Loaders() loaders: RequestLoaders,
    @Args('input') input: ApproveArgs,
  ) {
    const empty = { version: null, given: null, required: null, transition: null, guards: [] };
    const attempt = { mutation: 'versionApprove', subject: versionSubject(input.version), empty } as const;
    const payload = await this.mutations.run(ctx, attempt, async () => {
      const done = await this.approvals.approve(ctx, input);
      const version = await this.catalog.version(ctx, { byId: done.versionId });
      return { ...done, version, transition: await transitionOf(loaders, version.id, done.transitionId) };
    });
    const refused = payload.errors[0]?.details['guards'];
    return refused ? { ...payload, guards: refused } : payload;
  }

  @Mutation('breakGlassRequest')
  request(@Ctx() ctx: RequestContext, @Args('input') input: BreakGlassInput) {
    const attempt = { mutation: 'breakGlassRequest', subject: versionSubject(input.version), empty: EMPTY } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const request = await this.breakGlass.byId(ctx, await this.breakGlass.request(ctx, input));
      return { ...EMPTY, request, version: await this.catalog.version(ctx, { byId: request.versionId }) };
    });
  }

  @Mutation('breakGlassConfirm')
  confirm(@Ctx() ctx: RequestContext, @Loaders() loaders: RequestLoaders, @Args('input') input: { id: string }) {
    const attempt = { mutation: 'breakGlassConfirm', subject: `break-glass:${input.id}`, empty: EMPTY } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const { transitionId, versionId } = await this.breakGlass.confirm(ctx, input.id);
      return {
        request: await this.breakGlass.byId(ctx, input.id),
        version: await this.catalog.version(ctx, { byId: versionId }),
        transition: await transitionOf(loaders, versionId, transitionId),
      };
    });
  }

  @Mutation('breakGlassCancel')
  cancel(@Ctx() ctx: RequestContext, @Args('input') input: { id: string }) {
    const attempt = { mutation: 'breakGlassCancel', subject: `break-glass:${input.id}`, empty: EMPTY } as const;
    return this.mutations.run(ctx, attempt, async () => {
      await this.breakGlass.cancel(ctx, input.id);
      return { ...EMPTY, request: await this.breakGlass.byId(ctx, input.id) };
    });
  }
}

const EMPTY = { request: null, version: null, transition: null };

async function transitionOf(loaders: RequestLoaders, versionId: string, id: string | null) {
  const all = await loaders.transitionsOfVersion.clear(versionId).load(versionId);
  return all.find((one) => one.id === id) ?? null;
}

function encodeLast(items: readonly { id: string }[]): string | null {
  const last = items.at(-1);
  return last ? encodeCursor([last.id]) : null;
}

@Resolver('BreakGlassRequest')
export class BreakGlassFieldsResolver {
  @ResolveField('version')
  version(@Parent() request: { versionId: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.version.load(request.versionId);
  }
}
