import { Injectable } from '@nestjs/common';
import { ChangeApprovals } from '@rollcall/checks';
import { compareContracts } from '@rollcall/compatibility';
import { ConsumerService } from '@rollcall/consumers';
import type { ConsumerImpact } from '@rollcall/expectations';
import type { Evidence } from '@rollcall/lifecycle';
import { ContractStore } from '@rollcall/registry';
import { ActivationCollector } from './activation.collector.js';
import type { Question, SubjectVersion } from './question.js';

/** Whom a step hits: who relies on what the live version offers, and who on a version that ends. */
@Injectable()
export class ConsumerImpactCollector {
  constructor(
    private readonly contracts: ContractStore,
    private readonly consumers: ConsumerService,
    private readonly approvals: ChangeApprovals,
    private readonly activation: ActivationCollector,
  ) {}

  async collect({ ctx, version, asks }: Question): Promise<Partial<Evidence>> {
    const { organizationId } = ctx;
    return {
      ...(asks('expectations_kept') ? { consumerImpact: await this.impact(organizationId, version) } : {}),
      ...(asks('no_expectations') ? { reliance: await this.consumers.relying(organizationId, version) } : {}),
    };
  }

  /**
   * The approved contract against that of the version callers have now. Null, which is unknown, unless both are known;
   * where no version is live there is nothing that could break.
   */
  private async impact(organizationId: string, version: SubjectVersion): Promise<Evidence['consumerImpact']> {
    const live = await this.activation.newestLive(organizationId, version);
    if (live === null) return { broken: [] };
    const digests = [live.approvedContractDigest, version.approvedContractDigest];
    const known = await this.contracts.findMany(
      organizationId,
      digests.filter((digest) => digest !== null),
    );
    const [base, head] = digests.map((digest) => (digest === null ? undefined : known.get(digest)));
    if (base === undefined || head === undefined) return null;
    const comparison = compareContracts(base, head);
    const { serverId } = version;
    const impacts = await this.consumers.impact(organizationId, { serverId, base, head, comparison });
    if (impacts.length === 0) return { broken: [] };
    const approved = await this.approvals.ofVersion(organizationId, version.id);
    return { broken: brokenConsumers(impacts, new Set(approved.keys())) };
  }
}

/** One entry per agent and environment; approved only when every change that hits it is. */
function brokenConsumers(impacts: readonly ConsumerImpact[], approved: ReadonlySet<string>) {
  const groups = new Map<string, ConsumerImpact[]>();
  for (const impact of impacts) {
    const key = JSON.stringify([impact.agentId, impact.environment]);
    groups.set(key, [...(groups.get(key) ?? []), impact]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { agentId, agent, environment } = first;
    return [
      {
        ...{ agentId, agent, environment },
        approved: group.every(({ fingerprints }) => fingerprints.every((one) => approved.has(one))),
        tools: [...new Set(group.map(({ tool }) => tool).filter((tool) => tool !== '*'))].sort(),
        calls: group.reduce((sum, one) => sum + one.calls, 0),
      },
    ];
  });
}
