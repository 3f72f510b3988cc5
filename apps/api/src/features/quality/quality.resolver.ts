import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { encodeCursor, type RequestContext } from '@rollcall/kernel';
import { LINT_RULES } from '@rollcall/lint';
import {
  type ExceptionInput,
  type ExceptionRow,
  LintExceptionService,
  type RuleSetInput,
  RuleSetService,
} from '@rollcall/quality';
import type { ServerRef } from '@rollcall/registry';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

type GrantArgs = Omit<ExceptionInput, 'ruleId' | 'expiresAt'> & { rule: string; expiresAt: Date | string };
type ExceptionsArgs = { first: number; after?: string; server?: ServerRef; active?: boolean };
type PageArgs = { first: number; after?: string };

@Resolver()
export class QualityResolver {
  constructor(
    private readonly ruleSets: RuleSetService,
    private readonly exceptions: LintExceptionService,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('lintRules')
  lintRules(@Ctx() _ctx: RequestContext) {
    return LINT_RULES;
  }

  @Query('lintRuleSet')
  lintRuleSet(@Ctx() ctx: RequestContext, @Args('namespace') namespace?: string) {
    return this.ruleSets.show(ctx, namespace || null);
  }

  @Query('lintRuleSets')
  async lintRuleSets(@Ctx() ctx: RequestContext, @Args() args: PageArgs) {
    return connection(await this.ruleSets.page(ctx, args), (node) => encodeCursor([node.namespace ?? '']));
  }

  @Query('lintRuleSetRevisions')
  async lintRuleSetRevisions(@Ctx() ctx: RequestContext, @Args() args: PageArgs & { namespace?: string }) {
    const page = await this.ruleSets.revisions(ctx, { ...args, namespace: args.namespace || null });
    return connection(page, (node) => encodeCursor([String(node.revision)]));
  }

  @Query('lintRulesFor')
  lintRulesFor(@Ctx() ctx: RequestContext, @Args('server') server: string) {
    return this.ruleSets.effective(ctx, server);
  }

  @Query('lintExceptions')
  async lintExceptions(@Ctx() ctx: RequestContext, @Args() args: ExceptionsArgs) {
    const page = await this.exceptions.page(ctx, args);
    return connection(page, (node) => encodeCursor([node.grantedAt.toISOString(), node.id]));
  }

  @Mutation('ruleSetSet')
  ruleSetSet(@Ctx() ctx: RequestContext, @Args('input') input: RuleSetInput) {
    const subject = input.namespace ? `namespace:${input.namespace}` : `organization:${ctx.organizationId}`;
    const attempt = { mutation: 'ruleSetSet', subject, empty: { ruleSet: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ ruleSet: await this.ruleSets.set(ctx, input) }));
  }

  @Mutation('lintExceptionGrant')
  lintExceptionGrant(@Ctx() ctx: RequestContext, @Args('input') { rule, expiresAt, ...input }: GrantArgs) {
    const subject = `server:${input.server.byId ?? input.server.byName}`;
    const attempt = { mutation: 'lintExceptionGrant', subject, empty: { exception: null } } as const;
    const wish = { ...input, ruleId: rule, expiresAt: new Date(expiresAt) };
    return this.mutations.run(ctx, attempt, async () => ({ exception: await this.exceptions.grant(ctx, wish) }));
  }

  @Mutation('lintExceptionRevoke')
  lintExceptionRevoke(@Ctx() ctx: RequestContext, @Args('input') { id }: { id: string }) {
    const attempt = {
      mutation: 'lintExceptionRevoke',
      subject: `exception:${id}`,
      empty: { exception: null },
    } as const;
    return this.mutations.run(ctx, attempt, async () => ({ exception: await this.exceptions.revoke(ctx, id) }));
  }
}

@Resolver('LintException')
export class LintExceptionFieldsResolver {
  @ResolveField('rule')
  rule(@Parent() exception: ExceptionRow) {
    return exception.ruleId;
  }

  @ResolveField('serverName')
  async serverName(@Parent() exception: ExceptionRow, @Loaders() loaders: RequestLoaders) {
    return (await loaders.server.load(exception.serverId))?.name;
  }
}

function connection<T>(page: { items: T[]; next: string | null }, cursorOf: (node: T) => string) {
  const last = page.items.at(-1);
  return {
    edges: page.items.map((node) => ({ cursor: cursorOf(node), node })),
    pageInfo: { hasNextPage: page.next !== null, endCursor: last === undefined ? null : cursorOf(last) },
  };
}
