import { Injectable } from '@nestjs/common';
import { teamFilter, type Visibility } from '@rollcall/access';
import type { LintException } from '@rollcall/lint';
import { PrismaService } from '@rollcall/persistence';

/** An exception as it is stored. */
export type ExceptionRow = LintException & {
  serverId: string;
  grantedByHandle: string;
  grantedAt: Date;
  revokedAt: Date | null;
  revokedByHandle: string | null;
};

type Page = {
  visible: Visibility;
  serverId: string | null;
  activeAt: Date | null;
  after: { grantedAt: Date; id: string } | null;
  take: number;
};

/** More exceptions than anybody keeps an eye on; beyond them, findings count as they are. */
const MOST = 1_000;

/** Which exceptions there are, and which of them hold. */
@Injectable()
export class LintExceptionReadModel {
  constructor(private readonly prisma: PrismaService) {}

  /** Those that hold for a server now: not revoked, not expired. */
  async active(organizationId: string, serverName: string, now: Date): Promise<LintException[]> {
    const server = await this.prisma.server.findUnique({
      where: { organizationId_name: { organizationId, name: serverName } },
      select: { id: true },
    });
    if (!server) return [];
    return this.prisma.lintException.findMany({
      where: { organizationId, serverId: server.id, revokedAt: null, expiresAt: { gt: now } },
      orderBy: { grantedAt: 'desc' },
      take: MOST,
    });
  }

  byId(organizationId: string, id: string): Promise<ExceptionRow | null> {
    return this.prisma.lintException.findFirst({ where: { id, organizationId } });
  }

  async page(organizationId: string, { visible, serverId, activeAt, after, take }: Page): Promise<ExceptionRow[]> {
    const servers = visible.all ? null : await this.serversOf(organizationId, visible);
    return this.prisma.lintException.findMany({
      where: {
        AND: [
          { organizationId },
          servers === null ? {} : { serverId: { in: servers } },
          serverId === null ? {} : { serverId },
          activeAt === null ? {} : { revokedAt: null, expiresAt: { gt: activeAt } },
          after === null
            ? {}
            : { OR: [{ grantedAt: { lt: after.grantedAt } }, { grantedAt: after.grantedAt, id: { lt: after.id } }] },
        ],
      },
      orderBy: [{ grantedAt: 'desc' }, { id: 'desc' }],
      take,
    });
  }

  private async serversOf(organizationId: string, visible: Visibility): Promise<string[]> {
    const where = { organizationId, ...teamFilter(visible) };
    return (await this.prisma.server.findMany({ where, select: { id: true } })).map(({ id }) => id);
  }
}
