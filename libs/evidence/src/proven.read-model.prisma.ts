import { Injectable } from '@nestjs/common';
import { PrismaService } from '@rollcall/persistence';
import type { ConformanceScenario } from './conformance-result.js';
import { objectiveText } from './objective.js';

/** Which version, and what of it was approved. */
export type ProvenSubject = {
  id: string;
  organizationId: string;
  serverId: string;
  approvedContractDigest: string | null;
};

/** What was found out by doing, as guards ask for it. Null: nobody knows. */
@Injectable()
export class ProvenReadModel {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * The newest run that ended in these environments, when it saw exactly the approved contract and made the calls that are
   * declared now. A call that was not made counts as failed; one that asked for something first counts as not there.
   */
  async goldenCalls(
    version: ProvenSubject,
    environmentIds: readonly string[],
  ): Promise<{ total: number; failed: number; notMade: number; at: string } | null> {
    const run = await this.prisma.goldenRun.findFirst({
      where: { ...ranIn(version, environmentIds) },
      orderBy: [{ finishedAt: 'desc' }, { id: 'desc' }],
    });
    if (!run?.finishedAt) return null;
    const declared = await this.prisma.goldenSet.findFirst({
      where: { serverId: version.serverId },
      orderBy: { revision: 'desc' },
    });
    if (declared?.id !== run.setId) return null;
    const failed = run.failed + run.refused;
    const judged = { total: run.passed + failed, failed, notMade: run.refused, at: run.finishedAt.toISOString() };
    if (run.status !== 'completed' || run.outcome !== 'healthy') return judged;
    if (version.approvedContractDigest === null || run.contractDigest !== version.approvedContractDigest) return null;
    return judged;
  }

  /** The objective of the server in words; `objective` is null when nobody set one. */
  async slo(version: ProvenSubject): Promise<{ objective: string | null }> {
    const row = await this.prisma.serviceObjective.findUnique({ where: { serverId: version.serverId } });
    return { objective: row ? objectiveText(row) : null };
  }

  /** The scenarios of the newest conformance run that ended well and saw exactly the approved contract. */
  async conformance(
    version: ProvenSubject,
    environmentIds: readonly string[],
  ): Promise<{ runId: string; at: string; scenarios: { name: string; status: string }[] } | null> {
    if (version.approvedContractDigest === null) return null;
    const run = await this.prisma.conformanceRun.findFirst({
      where: {
        ...ranIn(version, environmentIds),
        status: 'completed',
        contractDigest: version.approvedContractDigest,
      },
      orderBy: [{ finishedAt: 'desc' }, { id: 'desc' }],
    });
    if (!run?.finishedAt) return null;
    const scenarios = (run.scenarios as ConformanceScenario[]).map(({ name, status }) => ({ name, status }));
    return { runId: run.id, at: run.finishedAt.toISOString(), scenarios };
  }
}

function ranIn({ id, organizationId }: ProvenSubject, environmentIds: readonly string[]) {
  return { organizationId, versionId: id, environmentId: { in: [...environmentIds] }, finishedAt: { not: null } };
}
