import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { DAY_MS, type RequestContext } from '@rollcall/kernel';
import { effectivePolicy, evaluate, type GuardName, noEvidence, type OrganizationPolicy } from '@rollcall/lifecycle';
import { FleetReadModel, type FleetVersion } from './fleet.read-model.prisma.js';
import { PolicyService } from './policy.service.js';

/** One version that a document would not let through as it is. `rule` is a guard, or `deprecation_minimum`. */
export type PolicyViolation = { server: string; version: string; rule: string; message: string };

/** What a document would mean for the fleet; only the first violations are listed, all are counted. */
export type DryRunReport = {
  versions: number;
  violatingServers: number;
  violationCount: number;
  violations: PolicyViolation[];
  truncated: boolean;
};

const MAX_LISTED = 1000;
/** Guards that ask the policy document; the rest would say the same under any. */
const JUDGED: readonly GuardName[] = [
  'transport_allowed',
  'surface_within_budget',
  'unauthenticated_access_refused',
  'approvals_complete',
];

/** Judges the fleet by a document that is not in force, without storing anything. */
@Injectable()
export class PolicyDryRun {
  constructor(
    private readonly access: AccessService,
    private readonly policies: PolicyService,
    private readonly fleet: FleetReadModel,
  ) {}

  /** Refuses with POLICY_INVALID as setting the document would. */
  async run(ctx: RequestContext, document: unknown): Promise<DryRunReport> {
    await this.access.authorize(ctx, 'policy.read');
    const policy = effectivePolicy(await this.policies.read(ctx, document));
    const report: DryRunReport = {
      versions: 0,
      violatingServers: 0,
      violationCount: 0,
      violations: [],
      truncated: false,
    };
    const now = ctx.clock.now();
    let lastServer = '';
    for await (const page of this.fleet.pages(ctx.organizationId, now)) {
      for (const version of page) {
        const found = violationsOf(version, policy, now);
        report.versions += 1;
        report.violationCount += found.length;
        // versions come by server: what was counted last is the only server that can come again
        if (found.length > 0 && version.server !== lastServer) report.violatingServers += 1;
        if (found.length > 0) lastServer = version.server;
        report.violations.push(...found.slice(0, MAX_LISTED - report.violations.length));
      }
    }
    return { ...report, truncated: report.violationCount > report.violations.length };
  }
}

function violationsOf(version: FleetVersion, policy: OrganizationPolicy, now: Date): PolicyViolation[] {
  const { server, version: number } = version;
  const evidence = {
    ...noEvidence(now.toISOString(), policy),
    publisherId: version.publisherId,
    transport: version.transport,
    transports: version.transports,
    surface: version.surface,
    unauthenticatedAccess: version.unauthenticatedAccess,
    exceptions: version.exceptions,
    criticality: version.criticality,
    approvals: version.approvals,
  };
  // approvals are still to come for what is in review
  const guards = JUDGED.filter((guard) => guard !== 'approvals_complete' || version.state !== 'in_review');
  const unmet = evaluate({ guards }, evidence).filter((report) => report.status === 'unmet');
  const found = unmet.map(({ guard, message }) => ({ server, version: number, rule: guard as string, message }));
  const early = announcedTooEarly(version, policy);
  return early === null ? found : [...found, { server, version: number, rule: 'deprecation_minimum', message: early }];
}

function announcedTooEarly(version: FleetVersion, policy: OrganizationPolicy): string | null {
  if (version.state !== 'deprecated' || version.sunsetAt === null) return null;
  const days = (Date.parse(version.sunsetAt) - version.stateChangedAt.getTime()) / DAY_MS;
  if (days >= policy.deprecationMinimumDays) return null;
  return `Its end was announced ${Math.floor(days)} days ahead, the document asks for ${policy.deprecationMinimumDays}.`;
}
