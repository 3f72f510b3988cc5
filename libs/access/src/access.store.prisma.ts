import { Injectable } from '@nestjs/common';
import type { Principal, PrincipalKind } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import type { RoleLink } from './access.policy.js';

/** A caller as found by its token. */
export type TokenOwner = { tokenId: string; organizationId: string; principal: Principal; lastUsedAt: Date | null };

/** Reads of principals, roles and tokens. Every query names the organization, but for the token look-up that finds it. */
@Injectable()
export class AccessStore {
  constructor(private readonly prisma: PrismaService) {}

  async roleLinks(organizationId: string, principalId: string): Promise<RoleLink[]> {
    const [roles, memberships] = await Promise.all([
      this.prisma.roleAssignment.findMany({ where: { organizationId, principalId } }),
      this.prisma.teamMember.findMany({ where: { organizationId, principalId } }),
    ]);
    return [
      ...roles.map((row) => ({ principalId, role: row.role, domain: organizationId })),
      ...memberships.map((row) => ({ principalId, role: row.role, domain: row.teamId })),
    ];
  }

  async findToken(sha256: string, now: Date): Promise<TokenOwner | null> {
    const token = await this.prisma.apiToken.findUnique({ where: { sha256 } });
    if (!token || token.revokedAt || (token.expiresAt && token.expiresAt <= now)) return null;
    const row = await this.prisma.principal.findFirst({
      where: { id: token.principalId, organizationId: token.organizationId },
    });
    if (!row) return null;
    return {
      tokenId: token.id,
      organizationId: token.organizationId,
      principal: { id: row.id, kind: row.kind as PrincipalKind, handle: row.handle },
      lastUsedAt: token.lastUsedAt,
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
