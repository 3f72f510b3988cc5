import { Injectable } from '@nestjs/common';
import { AccessService, withinScopes } from '@rollcall/access';
import type { RequestContext } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';

/** How the caller stands to tokens of an account: they are their own, theirs to manage, or not theirs at all. */
export type TokenStanding = 'own' | 'manager' | 'administrator' | null;

/** Whose tokens are whose business. */
@Injectable()
export class TokenOwnership {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
  ) {}

  async standing(ctx: RequestContext, account: { id: string; kind: string }): Promise<TokenStanding> {
    if (account.id === ctx.principal.id) {
      // a program prolongs nothing by itself, whatever its roles: else a token of minutes becomes one of months
      return account.kind === 'user' && withinScopes(ctx, 'token.own') ? 'own' : null;
    }
    if (await this.access.can(ctx, 'token.manage')) return 'administrator';
    if (account.kind !== 'service_account') return null;
    return (await this.managesAll(ctx, account.id)) ? 'manager' : null;
  }

  /** The ids of the accounts whose tokens the caller may see; null: of all. */
  async visibleAccounts(ctx: RequestContext): Promise<string[] | null> {
    const managed = await this.access.visibility(ctx, 'token.manage');
    if (managed.all) return null;
    const { organizationId } = ctx;
    const where = { organizationId, teamId: { in: managed.teamIds }, principal: { kind: 'service_account' } };
    const members = await this.prisma.teamMember.findMany({ where, distinct: ['principalId'], take: 1_000 });
    const visible = withinScopes(ctx, 'token.own') ? [ctx.principal.id] : [];
    for (const { principalId } of members) if (await this.managesAll(ctx, principalId)) visible.push(principalId);
    return visible;
  }

  /**
   * A token is the account with all it may do. So a team's maintainer manages an account only when it is nothing beyond teams
   * of theirs: no role in the organization, no membership elsewhere.
   */
  private async managesAll(ctx: RequestContext, principalId: string): Promise<boolean> {
    const where = { organizationId: ctx.organizationId, principalId };
    if ((await this.prisma.roleAssignment.count({ where })) > 0) return false;
    const memberships = await this.prisma.teamMember.findMany({ where });
    for (const { teamId } of memberships) if (!(await this.access.can(ctx, 'token.manage', teamId))) return false;
    return memberships.length > 0;
  }
}
