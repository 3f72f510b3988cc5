import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { TeamService } from '@rollcall/identity';
import type { RequestContext } from '@rollcall/kernel';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';
import { IdentityLoader } from './identity.loader.js';

const EMPTY = { team: null };

@Resolver('Team')
export class TeamsResolver {
  constructor(
    private readonly teams: TeamService,
    private readonly loader: IdentityLoader,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('teams')
  list(@Ctx() ctx: RequestContext) {
    return this.teams.list(ctx);
  }

  @Mutation('teamCreate')
  create(@Ctx() ctx: RequestContext, @Args('input') input: { slug: string; name: string }) {
    const attempt = { mutation: 'teamCreate', subject: `team:${input.slug}`, empty: EMPTY } as const;
    return this.mutations.run(ctx, attempt, async () => ({ team: await this.teams.create(ctx, input) }));
  }

  @Mutation('teamRename')
  rename(@Ctx() ctx: RequestContext, @Args('input') input: { team: string; name: string }) {
    const attempt = { mutation: 'teamRename', subject: `team:${input.team}`, empty: EMPTY } as const;
    return this.mutations.run(ctx, attempt, async () => ({ team: await this.teams.rename(ctx, input) }));
  }

  @Mutation('teamDelete')
  remove(@Ctx() ctx: RequestContext, @Args('input') input: { team: string }) {
    const attempt = { mutation: 'teamDelete', subject: `team:${input.team}`, empty: { deletedId: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ deletedId: await this.teams.delete(ctx, input) }));
  }

  @Mutation('teamMemberSet')
  setMember(@Ctx() ctx: RequestContext, @Args('input') input: { team: string; principal: string; role: string }) {
    const attempt = { mutation: 'teamMemberSet', subject: `team:${input.team}`, empty: EMPTY } as const;
    return this.mutations.run(ctx, attempt, async () => ({ team: await this.teams.setMember(ctx, input) }));
  }

  @Mutation('teamMemberRemove')
  removeMember(@Ctx() ctx: RequestContext, @Args('input') input: { team: string; principal: string }) {
    const attempt = { mutation: 'teamMemberRemove', subject: `team:${input.team}`, empty: EMPTY } as const;
    return this.mutations.run(ctx, attempt, async () => ({ team: await this.teams.removeMember(ctx, input) }));
  }

  @ResolveField('members')
  members(@Ctx() ctx: RequestContext, @Parent() team: { id: string }) {
    return this.loader.of(ctx).members.load(team.id);
  }
}

@Resolver('TeamMember')
export class TeamMemberFieldsResolver {
  @ResolveField('principal')
  principal(@Parent() member: { principalId: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.principal.load(member.principalId);
  }
}
