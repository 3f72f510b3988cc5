import { Injectable } from '@nestjs/common';
import type { RequestContext } from '@rollcall/kernel';
import {
  type Criticality,
  type Evidence,
  effectivePolicy,
  type GuardName,
  noEvidence,
  type OrganizationPolicy,
} from '@rollcall/lifecycle';
import { PrismaService } from '@rollcall/persistence';
import { ActivationCollector } from './activation.collector.js';
import { ConsumerImpactCollector } from './consumer-impact.collector.js';
import { ProvenCollector } from './proven.collector.js';
import type { Question, SubjectVersion } from './question.js';
import { RetirementCollector } from './retirement.collector.js';
import { ReviewCollector } from './review.collector.js';
import { readApprovalRules, type StoredDeprecation, type TransitionInput } from './transition.js';

/** Gathers what the guards of one step look at, and no more, from the features that know it. What nobody knows stays null. */
@Injectable()
export class EvidenceCollector {
  constructor(
    private readonly prisma: PrismaService,
    private readonly review: ReviewCollector,
    private readonly activation: ActivationCollector,
    private readonly retirement: RetirementCollector,
    private readonly proven: ProvenCollector,
    private readonly consumers: ConsumerImpactCollector,
  ) {}

  /** The evidence for these guards, at the context's time. */
  async collect(
    ctx: RequestContext,
    version: SubjectVersion,
    step: { input: Omit<TransitionInput, 'version'>; guards: readonly GuardName[] },
  ): Promise<Evidence> {
    const { input, guards } = step;
    const policy = await this.policy(ctx.organizationId);
    const asks = (...names: GuardName[]) => names.some((name) => guards.includes(name));
    const question: Question = { ctx, version, input, policy, asks };
    const stored = version.approvalRules as Record<string, 'none' | 'human'>;
    return {
      ...noEvidence(ctx.clock.now().toISOString(), policy),
      publisherId: version.publisherId,
      actorId: ctx.principal.id,
      actorKind: ctx.principal.kind,
      contractDigest: version.contractDigest,
      approvedContractDigest: version.approvedContractDigest,
      contact: version.server.contact,
      criticality: version.server.criticality as Criticality,
      approvalRules: readApprovalRules(input.approvalRules ?? stored),
      sunsetAt: (version.deprecation as StoredDeprecation | null)?.sunsetAt ?? null,
      quarantineReason: version.quarantineReason,
      ...(await this.review.collect(question)),
      ...(await this.activation.collect(question)),
      ...(await this.retirement.collect(question)),
      ...(await this.proven.collect(question)),
      ...(await this.consumers.collect(question)),
    };
  }

  /** The policy in force. */
  async policy(organizationId: string): Promise<OrganizationPolicy> {
    const { policy } = await this.prisma.organization.findUniqueOrThrow({
      where: { id: organizationId },
      select: { policy: true },
    });
    return effectivePolicy(policy);
  }
}
