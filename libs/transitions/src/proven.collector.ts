import { Injectable } from '@nestjs/common';
import { ProvenReadModel } from '@rollcall/evidence';
import type { Evidence } from '@rollcall/lifecycle';
import { ServerCatalog } from '@rollcall/registry';
import type { Question } from './question.js';

/** What was found out by doing: golden calls, conformance, and what the owner promised. */
@Injectable()
export class ProvenCollector {
  constructor(
    private readonly catalog: ServerCatalog,
    private readonly proven: ProvenReadModel,
  ) {}

  async collect(question: Question): Promise<Partial<Evidence>> {
    const { version, policy, asks } = question;
    const needsConformance = asks('conformance_passes') && policy.requireConformance.length > 0;
    const staging = asks('golden_calls_pass') || needsConformance ? await this.staging(question) : [];
    return {
      ...(asks('golden_calls_pass') ? { goldenCalls: await this.proven.goldenCalls(version, staging) } : {}),
      ...(asks('slo_set') ? { slo: await this.proven.slo(version) } : {}),
      ...(needsConformance ? { conformance: await this.proven.conformance(version, staging) } : {}),
    };
  }

  /** As for the staging inspection: where an order is decided, only the last stop before production counts. */
  private async staging({ ctx, policy }: Question): Promise<string[]> {
    const environments = await this.catalog.environments(ctx.organizationId);
    const staging = environments.filter((one) => one.kind === 'staging');
    return (policy.promotionOrder.length > 0 ? staging.slice(-1) : staging).map((one) => one.id);
  }
}
