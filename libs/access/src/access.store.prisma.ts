import { Injectable } from '@nestjs/common';
import type { Principal, PrincipalKind } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';

/** A caller as found by its token, with the actions the token is limited to (`*`: to nothing). */
export type TokenOwner = {
  tokenId: string;
  organizationId: string;
  principal: Principal;
  scopes: readonly string[];
  lastUsedAt: Date | null;
  /** As they were at this moment: a request that begins with it need not ask again. */
  roles: RolesOfPrincipal;
};

type TokenRow = {
  id: string;
  organization_id: string;
  scopes: string[];
  last_used_at: Date | null;
  roles: string[];
  /** Team's id, a space, role: neither has spaces. */
  memberships: string[];
  principal_id: string;
  kind: PrincipalKind;
  handle: string;
};

/** Every role somebody has: in the organization, and by team id. */
export type RolesOfPrincipal = {
  organization: ReadonlySet<string>;
  teams: ReadonlyMap<string, ReadonlySet<string>>;
};

/** Reads of principals, roles and tokens. Every query names the organization, but for the token look-up that finds it. */
@Injectable()
export class AccessStore {
  constructor(private readonly prisma: PrismaService) {}

  async rolesOf(organizationId: string, principalId: string): Promise<RolesOfPrincipal> {
    const rows = await this.prisma.$queryRaw<{ role: string; team: string | null }[]>`
      SELECT role, NULL AS team FROM role_assignments
        WHERE organization_id = ${organizationId} AND principal_id = ${principalId}
      UNION ALL SELECT role, team_id FROM team_members
        WHERE organization_id = ${organizationId} AND principal_id = ${principalId}`;
    return {
      organization: new Set(rows.filter((row) => row.team === null).map((row) => row.role)),
      teams: new Map(rows.flatMap(({ role, team }) => (team === null ? [] : [[team, new Set([role])]]))),
    };
  }

  /** One statement: it is in the way of every request. */
  async findToken(sha256: string, now: Date): Promise<TokenOwner | null> {
    const [row] = await this.prisma.$queryRaw<TokenRow[]>`
      SELECT t.id, t.organization_id, t.scopes, t.last_used_at, p.id AS principal_id, p.kind, p.handle,
        ARRAY(SELECT r.role FROM role_assignments r
          WHERE r.principal_id = p.id AND r.organization_id = t.organization_id) AS roles,
        ARRAY(SELECT m.team_id || ' ' || m.role FROM team_members m
          WHERE m.principal_id = p.id AND m.organization_id = t.organization_id) AS memberships
      FROM api_tokens t JOIN principals p ON p.id = t.principal_id AND p.organization_id = t.organization_id
      WHERE t.sha256 = ${sha256} AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ${now})
        AND p.disabled_at IS NULL`;
    if (!row) return null;
    return {
      tokenId: row.id,
      organizationId: row.organization_id,
      principal: { id: row.principal_id, kind: row.kind, handle: row.handle },
      scopes: row.scopes,
      lastUsedAt: row.last_used_at,
      roles: {
        organization: new Set(row.roles),
        teams: new Map(
          row.memberships.map((one) => one.split(' ')).map(([team = '', role = '']) => [team, new Set([role])]),
        ),
      },
    };
  }

  async touchToken(tokenId: string, at: Date): Promise<void> {
    await this.prisma.apiToken.update({ where: { id: tokenId }, data: { lastUsedAt: at } });
  }

  viewer(organizationId: string, principalId: string) {
    return this.prisma.principal.findFirst({
      where: { id: principalId, organizationId },
      include: { memberships: { include: { team: true } }, roles: true },
    });
  }

  organization(id: string) {
    return this.prisma.organization.findUniqueOrThrow({ where: { id } });
  }

  team(organizationId: string, slug: string) {
    return this.prisma.team.findUnique({ where: { organizationId_slug: { organizationId, slug } } });
  }

  teamsByIds(organizationId: string, ids: readonly string[]) {
    return this.prisma.team.findMany({ where: { organizationId, id: { in: [...ids] } } });
  }

  principalsByIds(organizationId: string, ids: readonly string[]) {
    return this.prisma.principal.findMany({ where: { organizationId, id: { in: [...ids] } } });
  }
}
