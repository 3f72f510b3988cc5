import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import type { RequestContext } from '@rollcall/kernel';
import { effectivePolicy } from '@rollcall/lifecycle';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import { ContractStore } from '@rollcall/registry';
import { HoldService } from '@rollcall/transitions';
import { type DriftVerdict, judgeDrift, quarantines } from './drift.js';
import { DriftRecords, type DriftSeen, type Finding } from './drift.records.prisma.js';
import { isDismissed, lockPlace, openAt } from './drift-place.prisma.js';

/** A contract that was seen where a version runs. */
export type Sighting = {
  versionId: string;
  /** Null: at an address of the manifest, outside of every environment. */
  environmentId: string | null;
  digest: string;
  source: 'probe' | 'inspection';
};

/** Before approval there is nothing to drift from, and after its end nobody calls the version. */
const JUDGED_STATES: readonly string[] = ['staging', 'canary', 'active', 'deprecated'];

/** Compares every contract that is seen with the one that was approved. */
@Injectable()
export class DriftService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly contracts: ContractStore,
    private readonly records: DriftRecords,
    private readonly holds: HoldService,
    private readonly runtime: Runtime,
  ) {}

  /**
   * Opens, follows or resolves the finding of this place, and holds the version when the policy says so. Called again with
   * the same sighting it changes nothing; killed anywhere, the next call completes what is missing.
   */
  async observe(sighting: Sighting): Promise<void> {
    const version = await versionOf(this.prisma, sighting.versionId);
    const approvedDigest = version?.approvedContractDigest;
    if (!version || !approvedDigest || !JUDGED_STATES.includes(version.state)) return;
    const ctx = this.runtime.systemContext(version.organizationId);
    const { environmentId, digest: observedDigest, source } = sighting;
    const seen: DriftSeen = { version, environmentId, approvedDigest, observedDigest, source };
    const finding =
      observedDigest === approvedDigest ? await this.inSync(ctx, seen) : await this.differs(ctx, version, seen);
    if (finding) await this.hold(ctx, version, finding);
  }

  private async inSync(ctx: RequestContext, seen: DriftSeen): Promise<null> {
    await this.transactions.run(async (tx) => {
      await lockPlace(tx, { versionId: seen.version.id, environmentId: seen.environmentId });
      const finding = await openAt(tx, seen);
      if (finding) await this.records.end(tx, ctx, { finding, version: seen.version, reason: null });
    });
    return null;
  }

  private async differs(ctx: RequestContext, version: JudgedVersion, seen: DriftSeen) {
    // comparing takes its time: it is done before the lock, and again when another one wrote meanwhile
    for (;;) {
      const before = await openAt(this.prisma, seen);
      const verdict = before?.observedDigest === seen.observedDigest ? null : await this.judge(version, seen, before);
      const done = await this.transactions.run(async (tx) => {
        await lockPlace(tx, { versionId: version.id, environmentId: seen.environmentId });
        const finding = await openAt(tx, seen);
        if (finding?.id !== before?.id || finding?.observedDigest !== before?.observedDigest) return 'again' as const;
        if (!finding && (await isDismissed(tx, seen))) return null;
        if (verdict === null) {
          if (finding) await this.records.touch(tx, ctx, finding);
          return finding;
        }
        return finding
          ? this.records.follow(tx, ctx, finding, { seen, verdict })
          : this.records.open(tx, ctx, seen, verdict);
      });
      if (done !== 'again') return done;
    }
  }

  private async judge(
    version: JudgedVersion,
    seen: DriftSeen,
    open: { observedContracts: number } | null,
  ): Promise<DriftVerdict> {
    const both = await this.contracts.findMany(version.organizationId, [seen.approvedDigest, seen.observedDigest]);
    const [approved, observed] = [both.get(seen.approvedDigest), both.get(seen.observedDigest)];
    if (!approved || !observed) throw new Error(`a contract of version ${version.id} is not stored`);
    return judgeDrift({
      approved,
      observed,
      siblings: version.server.versions.filter((one) => one.id !== version.id),
      observedContracts: (open?.observedContracts ?? 0) + 1,
    });
  }

  /** Once per finding: a person who lifts the hold has decided about this drift. */
  private async hold(ctx: RequestContext, version: JudgedVersion, finding: Finding): Promise<void> {
    if (finding.quarantined) return;
    const { risk, comparison } = finding as unknown as Pick<DriftVerdict, 'risk' | 'comparison'>;
    const { policy } = await this.prisma.organization.findUniqueOrThrow({ where: { id: ctx.organizationId } });
    if (!quarantines(effectivePolicy(policy), { risk, comparison })) return;
    const environment = finding.environmentId
      ? await this.prisma.environment.findUnique({ where: { id: finding.environmentId } })
      : null;
    // a trial in staging says nothing about what production runs
    const matters = environment === null || environment.kind === 'production' || version.state === 'staging';
    // killed after the hold: it is this finding's own, and only the mark is missing
    const held = version.quarantineReason?.includes(finding.id) ?? false;
    if (!matters || (version.quarantineReason !== null && !held)) return;
    const where = environment === null ? '' : ` in ${environment.name}`;
    const reason = `What runs${where} is not what was approved (${finding.id}, ${finding.conclusion}, risk ${finding.risk}).`;
    if (!held) await this.holds.quarantine(ctx, { version: { byId: version.id }, reason });
    await this.transactions.run((tx) => this.records.markQuarantined(tx, finding));
  }
}

type JudgedVersion = NonNullable<Awaited<ReturnType<typeof versionOf>>>;

function versionOf(prisma: PrismaService, id: string) {
  const siblings = { select: { id: true, version: true, contractDigest: true, approvedContractDigest: true } };
  return prisma.serverVersion.findUnique({
    where: { id },
    omit: { manifest: true },
    include: { server: { include: { versions: siblings } } },
  });
}
