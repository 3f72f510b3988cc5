import { Injectable } from '@nestjs/common';
import type { JsonObject } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import type { StoredDeprecation } from '@rollcall/transitions';
import { NotificationSettings } from './notification-settings.js';

/** A version as events name it, with the team that owns it. */
export type EventVersion = NonNullable<Awaited<ReturnType<EventSubjects['version']>>>;

/** Reads what events name: ids become names and links. Every query names the organization of the event. */
@Injectable()
export class EventSubjects {
  constructor(
    private readonly prisma: PrismaService,
    private readonly settings: NotificationSettings,
  ) {}

  /** Null when the version is gone. */
  async version(organizationId: string, versionId: string) {
    const row = await this.prisma.serverVersion.findFirst({
      where: { id: versionId, organizationId },
      include: { server: true },
    });
    if (!row) return null;
    const deprecation = row.deprecation as StoredDeprecation | null;
    return {
      row,
      teamId: row.server.teamId,
      subject: `${row.server.name}@${row.version}`,
      part: {
        server: { id: row.server.id, name: row.server.name },
        version: row.version,
        versionId: row.id,
        url: this.versionUrl(row.server.name, row.version),
      },
      sunsetAt: deprecation?.sunsetAt ?? null,
      successor: successorOf(deprecation),
    };
  }

  async actor(organizationId: string, principalId: string): Promise<{ id: string; handle: string }> {
    const row = await this.prisma.principal.findFirst({ where: { id: principalId, organizationId } });
    return { id: principalId, handle: row?.handle ?? 'rollcall' };
  }

  transition(organizationId: string, id: string) {
    return this.prisma.transition.findFirst({ where: { id, organizationId } });
  }

  check(organizationId: string, id: string) {
    return this.prisma.check.findFirst({ where: { id, organizationId } });
  }

  /** A check with what it is about; null when it is gone or has not ended. */
  async recordedCheck(organizationId: string, id: string) {
    const row = await this.check(organizationId, id);
    if (!row?.conclusion) return null;
    const { serverName: name, versionId, contextId } = row;
    const where = { organizationId, name };
    const server = await this.prisma.server.findFirst({ where, select: { id: true, teamId: true } });
    const namespace = await this.prisma.namespace.findFirst({
      where: { organizationId, name: name.slice(0, name.indexOf('/')) },
      select: { teamId: true },
    });
    const published = versionId ? await this.version(organizationId, versionId) : null;
    const version = published?.row.version ?? (row.candidate as { version?: string | null } | null)?.version ?? null;
    return {
      teamId: server?.teamId ?? namespace?.teamId ?? null,
      subject: version === null ? name : `${name}@${version}`,
      data: {
        server: { id: server?.id ?? null, name },
        version,
        checkId: row.id,
        contextId,
        conclusion: row.conclusion,
        waiting: row.waiting.length,
        url: `${this.settings.publicUrl}/checks/${row.id}`,
      },
    };
  }

  /** The inspection, its environment's name, and the one of the same version and environment that ended before it. */
  async inspection(organizationId: string, id: string) {
    const row = await this.prisma.inspection.findFirst({ where: { id, organizationId } });
    if (!row?.finishedAt) return null;
    const environment = row.environmentId
      ? await this.prisma.environment.findFirst({ where: { id: row.environmentId, organizationId } })
      : null;
    const before = await this.prisma.inspection.findFirst({
      where: {
        organizationId,
        versionId: row.versionId,
        environmentId: row.environmentId,
        id: { not: row.id },
        finishedAt: { not: null, lte: row.finishedAt },
      },
      orderBy: [{ finishedAt: 'desc' }, { id: 'desc' }],
    });
    return { row, finishedAt: row.finishedAt, environment: environment?.name ?? null, before };
  }

  /** A finding of drift with its environment's name. */
  async drift(organizationId: string, id: string) {
    const row = await this.prisma.driftFinding.findFirst({ where: { id, organizationId }, omit: { comparison: true } });
    if (!row) return null;
    const environment = row.environmentId
      ? await this.prisma.environment.findFirst({ where: { id: row.environmentId, organizationId } })
      : null;
    return { row, environment: environment?.name ?? null };
  }

  /** Null when the environment is gone. */
  async environmentName(organizationId: string, id: string): Promise<string | null> {
    return (await this.prisma.environment.findFirst({ where: { id, organizationId } }))?.name ?? null;
  }

  async namespace(organizationId: string, id: string) {
    const row = await this.prisma.namespace.findFirst({ where: { id, organizationId } });
    const team = row ? await this.prisma.team.findFirst({ where: { id: row.teamId, organizationId } }) : null;
    return row && team ? { row, team: { id: team.id, slug: team.slug } } : null;
  }

  /** Null when the team is gone. */
  async team(organizationId: string, id: string): Promise<{ id: string; slug: string } | null> {
    const row = await this.prisma.team.findFirst({ where: { id, organizationId } });
    return row && { id: row.id, slug: row.slug };
  }

  /** Null when the server is gone. */
  async server(organizationId: string, id: string) {
    const row = await this.prisma.server.findFirst({ where: { id, organizationId } });
    return row && { part: { id: row.id, name: row.name }, teamId: row.teamId, url: this.serverUrl(row.name) };
  }

  async organization(id: string) {
    return this.prisma.organization.findUnique({ where: { id } });
  }

  notice(organizationId: string, id: string) {
    return this.prisma.notice.findFirst({ where: { id, organizationId } });
  }

  webhook(organizationId: string, id: string) {
    return this.prisma.webhookEndpoint.findFirst({ where: { id, organizationId } });
  }

  private versionUrl(server: string, version: string): string {
    return `${this.serverUrl(server)}?${new URLSearchParams({ version })}`;
  }

  private serverUrl(server: string): string {
    return `${this.settings.publicUrl}/servers/${server.split('/').map(encodeURIComponent).join('/')}`;
  }
}

/** Mapped tool by tool: the stored document may hold more than an event promises. */
function successorOf(deprecation: StoredDeprecation | null): JsonObject | null {
  const successor = deprecation?.successor;
  return successor ? { server: successor.server, version: successor.version, tools: successor.tools ?? {} } : null;
}
