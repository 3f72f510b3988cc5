import { Inject } from '@nestjs/common';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import {
  ChangeApprovalService,
  type CheckImpact,
  judgedChanges,
  type StoredCandidate,
  type StoredCheck,
  storedFacts,
} from '@rollcall/checks';
import type { Comparison } from '@rollcall/compatibility';
import type { RequestContext } from '@rollcall/kernel';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';
import { PUBLIC_ADDRESSES, type PublicAddresses } from '../../http/public-addresses.module.js';
import { comparisonView } from './comparison.view.js';

/** The fields of a check. */
@Resolver('Check')
export class CheckFieldsResolver {
  constructor(
    private readonly approvals: ChangeApprovalService,
    @Inject(PUBLIC_ADDRESSES) private readonly addresses: PublicAddresses,
  ) {}

  @ResolveField('candidate')
  candidate(@Parent() check: StoredCheck): boolean {
    return check.versionId === null;
  }

  @ResolveField('version')
  async version(@Parent() check: StoredCheck, @Loaders() loaders: RequestLoaders): Promise<string | null> {
    if (check.versionId === null) return (check.candidate as StoredCandidate | null)?.version ?? null;
    return (await loaders.version.load(check.versionId))?.version ?? null;
  }

  @ResolveField('baseVersion')
  async baseVersion(@Parent() check: StoredCheck, @Loaders() loaders: RequestLoaders): Promise<string | null> {
    return check.baseVersionId ? ((await loaders.version.load(check.baseVersionId))?.version ?? null) : null;
  }

  @ResolveField('url')
  url(@Parent() check: StoredCheck): string {
    return `${this.addresses.console ?? ''}/checks/${check.id}`;
  }

  @ResolveField('comparison')
  comparison(@Parent() check: StoredCheck) {
    return check.comparison ? comparisonView(check.comparison as Comparison) : null;
  }

  @ResolveField('changes')
  async changes(@Parent() check: StoredCheck, @Loaders() loaders: RequestLoaders) {
    const changes = judgedChanges(storedFacts(check));
    if (changes.length === 0) return [];
    const approvals = await loaders.approvalsOfContext.load(JSON.stringify([check.serverName, check.approvalContext]));
    const byFingerprint = new Map(approvals.map((one) => [one.fingerprint, one]));
    const [waiting, impacts] = [new Set(check.waiting), impactsByFingerprint(check.impacts as CheckImpact[])];
    return changes.map((change, at) => {
      const approval = byFingerprint.get(change.fingerprint);
      return {
        ...change,
        number: at + 1,
        waits: waiting.has(change.fingerprint),
        approval: approval ? { by: approval.approvedByHandle, reason: approval.reason, at: approval.approvedAt } : null,
        impacts: impacts.get(change.fingerprint) ?? [],
      };
    });
  }

  @ResolveField('waiting')
  waiting(@Parent() check: StoredCheck): number {
    return check.waiting.length;
  }

  @ResolveField('conclusions')
  async conclusions(@Parent() check: StoredCheck, @Loaders() loaders: RequestLoaders) {
    const rows = await loaders.conclusionsOfCheck.load(check.id);
    return rows.map(({ cause, conclusion, actorHandle, at }) => ({ cause, conclusion, by: actorHandle, at }));
  }

  @ResolveField('requestedByHandle')
  async requestedByHandle(@Parent() check: StoredCheck, @Loaders() loaders: RequestLoaders): Promise<string | null> {
    return (await loaders.principal.load(check.requestedBy))?.handle ?? null;
  }

  @ResolveField('viewerCanApprove')
  viewerCanApprove(@Ctx() ctx: RequestContext, @Parent() check: StoredCheck): Promise<boolean> {
    return this.approvals.mayApprove(ctx, check);
  }
}

/** Looked up once: a check may have thousands of changes and as many impacts. */
function impactsByFingerprint(impacts: readonly CheckImpact[]): ReadonlyMap<string, CheckImpact[]> {
  const found = new Map<string, CheckImpact[]>();
  for (const impact of impacts) {
    for (const fingerprint of new Set(impact.fingerprints)) {
      const known = found.get(fingerprint);
      if (known) known.push(impact);
      else found.set(fingerprint, [impact]);
    }
  }
  return found;
}
