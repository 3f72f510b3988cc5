import { Injectable } from '@nestjs/common';
import { PrismaService, type Tx } from '@rollcall/persistence';
import { versionContext } from './check-subjects.service.js';

/** Who approved a change, why, and when. */
export type ChangeApprovalWord = { by: string; reason: string; at: Date };

/** Where approvals hold: one server, one context. */
export type ApprovalKey = { organizationId: string; serverName: string; approvalContext: string };

/** Which changes are approved where. An approval holds for its server, its context and its fingerprint, and nothing else. */
@Injectable()
export class ChangeApprovals {
  constructor(private readonly prisma: PrismaService) {}

  /** In force for this server and context, by fingerprint. */
  async of(
    organizationId: string,
    { serverId, contextId }: { serverId: string; contextId: string },
  ): Promise<Map<string, ChangeApprovalWord>> {
    const server = await this.prisma.server.findFirst({
      where: { id: serverId, organizationId },
      select: { name: true },
    });
    if (!server) return new Map();
    return this.inForce({ organizationId, serverName: server.name, approvalContext: contextId });
  }

  /** In force for a version: those of the context it was published from, and those given to the version itself. */
  async ofVersion(organizationId: string, versionId: string): Promise<Map<string, ChangeApprovalWord>> {
    const version = await this.prisma.serverVersion.findFirst({
      where: { id: versionId, organizationId },
      select: { contextId: true, serverName: true },
    });
    if (!version) return new Map();
    const { serverName, contextId } = version;
    const own = await this.inForce({ organizationId, serverName, approvalContext: versionContext(versionId) });
    if (contextId === null) return own;
    return new Map([...own, ...(await this.inForce({ organizationId, serverName, approvalContext: contextId }))]);
  }

  /** The same by the key that checks carry. */
  async inForce(key: ApprovalKey, tx: Tx = this.prisma): Promise<Map<string, ChangeApprovalWord>> {
    const { organizationId, serverName, approvalContext } = key;
    const rows = await tx.changeApproval.findMany({
      where: { organizationId, serverName, contextId: approvalContext, revokedAt: null },
      orderBy: { id: 'asc' },
    });
    return new Map(
      rows.map((row) => [row.fingerprint, { by: row.approvedByHandle, reason: row.reason, at: row.approvedAt }]),
    );
  }
}
