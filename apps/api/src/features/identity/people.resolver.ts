import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { PeopleService, type PrincipalQuery, RoleService } from '@rollcall/identity';
import { encodeCursor, type RequestContext } from '@rollcall/kernel';
import { Ctx } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import { IdentityLoader } from './identity.loader.js';

const EMPTY = { principal: null };

@Resolver('Principal')
export class PeopleResolver {
  constructor(
    private readonly people: PeopleService,
    private readonly roles: RoleService,
    private readonly loader: IdentityLoader,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('principals')
  async principals(
    @Ctx() ctx: RequestContext,
    @Args('first') first: number,
    @Args('after') after?: string | null,
    @Args('where') where?: PrincipalQuery['where'],
  ) {
    const { items, next } = await this.people.page(ctx, { first, after: after ?? null, where: where ?? null });
    return {
      edges: items.map((node) => ({ cursor: encodeCursor([node.handle]), node })),
      pageInfo: { hasNextPage: next !== null, endCursor: next ?? lastCursor(items) },
    };
  }

  @Mutation('userCreate')
  createUser(
    @Ctx() ctx: RequestContext,
    @Args('input') input: { handle: string; displayName: string; email?: string | null },
  ) {
    const attempt = { mutation: 'userCreate', subject: `principal:${input.handle}`, empty: EMPTY } as const;
    return this.mutations.run(ctx, attempt, async () => ({ principal: await this.people.createUser(ctx, input) }));
  }

  @Mutation('serviceAccountCreate')
  createServiceAccount(
    @Ctx() ctx: RequestContext,
    @Args('input') input: Parameters<PeopleService['createServiceAccount']>[1],
  ) {
    const attempt = { mutation: 'serviceAccountCreate', subject: `principal:${input.handle}`, empty: EMPTY } as const;
    return this.mutations.run(ctx, attempt, async () => ({
      principal: await this.people.createServiceAccount(ctx, input),
    }));
  }

  @Mutation('principalDisable')
  disable(@Ctx() ctx: RequestContext, @Args('input') input: { principal: string; reason: string }) {
    const attempt = { mutation: 'principalDisable', subject: `principal:${input.principal}`, empty: EMPTY } as const;
    return this.mutations.run(ctx, attempt, async () => ({ principal: await this.people.disable(ctx, input) }));
  }

  @Mutation('principalEnable')
  enable(@Ctx() ctx: RequestContext, @Args('input') input: { principal: string }) {
    const attempt = { mutation: 'principalEnable', subject: `principal:${input.principal}`, empty: EMPTY } as const;
    return this.mutations.run(ctx, attempt, async () => ({ principal: await this.people.enable(ctx, input) }));
  }

  @Mutation('roleAssign')
  assign(@Ctx() ctx: RequestContext, @Args('input') input: { principal: string; role: string }) {
    const attempt = { mutation: 'roleAssign', subject: `principal:${input.principal}`, empty: EMPTY } as const;
    return this.mutations.run(ctx, attempt, async () => ({ principal: await this.roles.assign(ctx, input) }));
  }

  @Mutation('roleRevoke')
  revoke(@Ctx() ctx: RequestContext, @Args('input') input: { principal: string; role: string }) {
    const attempt = { mutation: 'roleRevoke', subject: `principal:${input.principal}`, empty: EMPTY } as const;
    return this.mutations.run(ctx, attempt, async () => ({ principal: await this.roles.revoke(ctx, input) }));
  }

  @ResolveField('email')
  async email(@Ctx() ctx: RequestContext, @Parent() row: { id: string; email?: string | null }) {
    return (await this.loader.maySee(ctx, row.id)) ? (row.email ?? null) : null;
  }

  @ResolveField('roles')
  async rolesOf(@Ctx() ctx: RequestContext, @Parent() row: { id: string }) {
    return (await this.loader.maySee(ctx, row.id)) ? this.loader.of(ctx).roles.load(row.id) : [];
  }

  @ResolveField('memberships')
  async memberships(@Ctx() ctx: RequestContext, @Parent() row: { id: string }) {
    return (await this.loader.maySee(ctx, row.id)) ? this.loader.of(ctx).memberships.load(row.id) : [];
  }
}

function lastCursor(items: readonly { handle: string }[]): string | null {
  const last = items.at(-1);
  return last ? encodeCursor([last.handle]) : null;
}
