import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import type { RequestContext } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import DataLoader from 'dataloader';

/** Most members shown of one team, and memberships of one account. */
const MOST = 500;

/** Who is in which team and has which role, one batch each per request, as far as the caller may see it. */
@Injectable()
export class IdentityLoader {
  private readonly requests = new WeakMap<RequestContext, ReturnType<IdentityLoader['loadersOf']>>();

  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
  ) {}

  of(ctx: RequestContext) {
    let loaders = this.requests.get(ctx);
    if (!loaders) {
      loaders = this.loadersOf(ctx);
      this.requests.set(ctx, loaders);
    }
    return loaders;
  }

  /** True for the account itself and for those who may see all accounts. */
  async maySee(ctx: RequestContext, principalId: string): Promise<boolean> {
    return principalId === ctx.principal.id || this.access.can(ctx, 'principal.read');
  }

  private loadersOf(ctx: RequestContext) {
    const { organizationId } = ctx;
    return {
      members: new DataLoader(async (teamIds: readonly string[]) => {
        const seen = await this.access.visibility(ctx, 'team.read');
        const visible = teamIds.filter((id) => seen.all || seen.teamIds.includes(id));
        const rows = await this.prisma.teamMember.findMany({
          where: { organizationId, teamId: { in: visible } },
          orderBy: { principalId: 'asc' },
        });
        return teamIds.map((id) => rows.filter((row) => row.teamId === id).slice(0, MOST));
      }),
      memberships: new DataLoader(async (ids: readonly string[]) => {
        const rows = await this.prisma.teamMember.findMany({
          where: { organizationId, principalId: { in: [...ids] } },
          include: { team: true },
          orderBy: { teamId: 'asc' },
        });
        return ids.map((id) => rows.filter((row) => row.principalId === id).slice(0, MOST));
      }),
      roles: new DataLoader(async (ids: readonly string[]) => {
        const rows = await this.prisma.roleAssignment.findMany({
          where: { organizationId, principalId: { in: [...ids] } },
          orderBy: { role: 'asc' },
        });
        return ids.map((id) => rows.filter((row) => row.principalId === id).map((row) => row.role));
      }),
    };
  }
}
