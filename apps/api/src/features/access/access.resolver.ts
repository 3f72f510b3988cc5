import { Query, Resolver } from '@nestjs/graphql';
import { AccessStore, unauthenticated } from '@rollcall/access';
import type { RequestContext } from '@rollcall/kernel';
import { Ctx } from '../../graphql/graphql-context.js';

@Resolver('Viewer')
export class AccessResolver {
  constructor(private readonly store: AccessStore) {}

  @Query('viewer')
  async viewer(@Ctx() ctx: RequestContext) {
    const principal = await this.store.viewer(ctx.organizationId, ctx.principal.id);
    if (!principal) throw unauthenticated();
    return {
      principal,
      organization: await this.store.organization(ctx.organizationId),
      roles: principal.roles.map((one) => one.role),
      memberships: principal.memberships.map((one) => ({ team: one.team, role: one.role })),
    };
  }
}
