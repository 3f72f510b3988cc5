import { Injectable } from '@nestjs/common';
import { type Clock, type Ids, Refusal } from '@rollcall/kernel';
import { TransactionRunner, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import type { OrganizationRole, TeamRole } from './action.catalogue.js';
import { TokenService } from './token.service.js';

/** One principal to set up. `team` and `teamRole` go together. */
export type PrincipalPlan = {
  handle: string;
  displayName: string;
  kind: 'user' | 'service_account';
  role?: OrganizationRole;
  team?: string;
  teamRole?: TeamRole;
};

/** An organization to set up: teams by slug, principals by handle, environments in promotion order. */
export type OrganizationPlan = {
  slug: string;
  name: string;
  teams: { slug: string; name: string }[];
  principals: PrincipalPlan[];
  environments: { name: string; kind: 'staging' | 'production' }[];
};

/** Token name of everything the bootstrap issues, so that re-issuing replaces it. */
const TOKEN_NAME = 'bootstrap';

type Issuer = { clock: Clock; ids: Ids };

/** Sets up organizations: the one door through which the first administrator comes in. */
@Injectable()
export class OrganizationSetup {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly tokens: TokenService,
  ) {}

  /**
   * Creates what is missing of the plan; returns a token for each principal that is new, or for all with `reissue`. Refuses to
   * make an organization beside others, unless a `further` one is asked for.
   */
  async apply(
    issuer: Issuer,
    plan: OrganizationPlan,
    { reissue = false, further = false }: { reissue?: boolean; further?: boolean } = {},
  ): Promise<{ organizationId: string; created: boolean; tokens: Record<string, string> }> {
    return this.transactions.run(async (tx) => {
      await withAdvisoryLock(tx, 'organization-setup');
      const present = await tx.organization.findUnique({ where: { slug: plan.slug } });
      const other = present || further ? null : await tx.organization.findFirst();
      if (other) throw otherOrganization(other.slug, plan.slug);
      const organizationId = present?.id ?? issuer.ids.next('org');
      if (!present) {
        await tx.organization.create({
          data: { id: organizationId, slug: plan.slug, name: plan.name, policy: {}, createdAt: issuer.clock.now() },
        });
      }
      await this.environments(tx, issuer, { organizationId, plan });
      const teamIds = await this.teams(tx, issuer, { organizationId, plan });
      const tokens: Record<string, string> = {};
      for (const principal of plan.principals) {
        const id = await this.principal(tx, issuer, { organizationId, principal, teamIds });
        if (!id.created && !reissue) continue;
        const key = { organizationId, principalId: id.id, name: TOKEN_NAME };
        await this.tokens.revoke(tx, issuer.clock, key);
        tokens[principal.handle] = await this.tokens.issue(tx, issuer, key);
      }
      return { organizationId, created: !present, tokens };
    });
  }

  private async environments(
    tx: Tx,
    issuer: Issuer,
    { organizationId, plan }: { organizationId: string; plan: OrganizationPlan },
  ) {
    await tx.environment.createMany({
      data: plan.environments.map(({ name, kind }, position) => ({
        id: issuer.ids.next('env'),
        organizationId,
        name,
        kind,
        position,
      })),
      skipDuplicates: true,
    });
  }

  private async teams(
    tx: Tx,
    issuer: Issuer,
    { organizationId, plan }: { organizationId: string; plan: OrganizationPlan },
  ) {
    await tx.team.createMany({
      data: plan.teams.map((team) => ({ id: issuer.ids.next('team'), organizationId, ...team })),
      skipDuplicates: true,
    });
    const rows = await tx.team.findMany({ where: { organizationId } });
    return new Map(rows.map((row) => [row.slug, row.id]));
  }

  private async principal(
    tx: Tx,
    issuer: Issuer,
    input: { organizationId: string; principal: PrincipalPlan; teamIds: ReadonlyMap<string, string> },
  ): Promise<{ id: string; created: boolean }> {
    const { organizationId, principal, teamIds } = input;
    const { handle, displayName, kind, role, team, teamRole } = principal;
    const present = await tx.principal.findUnique({
      where: { organizationId_handle: { organizationId, handle } },
    });
    if (present) return { id: present.id, created: false };
    const id = issuer.ids.next('prn');
    await tx.principal.create({ data: { id, organizationId, kind, handle, displayName } });
    if (role) await tx.roleAssignment.create({ data: { organizationId, principalId: id, role } });
    const teamId = team === undefined ? undefined : teamIds.get(team);
    if (teamId && teamRole) {
      await tx.teamMember.create({ data: { organizationId, teamId, principalId: id, role: teamRole } });
    }
    return { id, created: true };
  }
}

function otherOrganization(present: string, asked: string): Refusal {
  return new Refusal({
    code: 'OTHER_ORGANIZATION',
    message: `This data directory belongs to the organization "${present}", not "${asked}".`,
    nextStep:
      'Start with the same flags as the first time, choose another --data-dir, or add a tenant with --organization.',
  });
}
