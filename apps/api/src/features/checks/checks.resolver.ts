import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  ChangeApprovalService,
  type ChangeDecision,
  CheckReadModel,
  type CheckRequestInput,
  CheckService,
  checkCursor,
} from '@rollcall/checks';
import type { RequestContext } from '@rollcall/kernel';
import { Ctx } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import { versionSubject } from '../../graphql/subject.js';

type CheckWhere = { server?: string; contextId?: string; conclusion?: string };

/** Checks: asked for, read, and approved change by change. */
@Resolver()
export class ChecksResolver {
  constructor(
    private readonly service: CheckService,
    private readonly approvals: ChangeApprovalService,
    private readonly checks: CheckReadModel,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('check')
  check(@Ctx() ctx: RequestContext, @Args('id') id: string) {
    return this.checks.byId(ctx, id);
  }

  @Query('checks')
  async page(
    @Ctx() ctx: RequestContext,
    @Args('first') first: number,
    @Args('where') where?: CheckWhere,
    @Args('after') after?: string,
  ) {
    const { items, next } = await this.checks.page(ctx, { ...where, first, after: after ?? null });
    const edges = items.map((node) => ({ cursor: checkCursor(node), node }));
    return { edges, pageInfo: { hasNextPage: next !== null, endCursor: edges.at(-1)?.cursor ?? null } };
  }

  @Mutation('checkRequest')
  checkRequest(@Ctx() ctx: RequestContext, @Args('input') input: CheckRequestInput) {
    const subject = input.version ? versionSubject(input.version) : `server:${input.candidate?.server ?? ''}`;
    const attempt = { mutation: 'checkRequest', subject, empty: { check: null, created: false } } as const;
    return this.mutations.run(ctx, attempt, async () => {
      const { id, created } = await this.service.request(ctx, input);
      return { check: await this.checks.byId(ctx, id), created };
    });
  }

  @Mutation('changeApprove')
  changeApprove(@Ctx() ctx: RequestContext, @Args('input') input: ChangeDecision) {
    const attempt = { mutation: 'changeApprove', subject: `check:${input.check}`, empty: { check: null } } as const;
    return this.mutations.run(ctx, attempt, async () => {
      await this.approvals.approve(ctx, input);
      return { check: await this.checks.byId(ctx, input.check) };
    });
  }

  @Mutation('changeRevoke')
  changeRevoke(@Ctx() ctx: RequestContext, @Args('input') input: ChangeDecision) {
    const attempt = { mutation: 'changeRevoke', subject: `check:${input.check}`, empty: { check: null } } as const;
    return this.mutations.run(ctx, attempt, async () => {
      await this.approvals.revoke(ctx, input);
      return { check: await this.checks.byId(ctx, input.check) };
    });
  }
}
