import { Injectable } from '@nestjs/common';
import { DAY_MS, Refusal, type RequestContext } from '@rollcall/kernel';
import { Outbox, PrismaService, TransactionRunner } from '@rollcall/persistence';
import { EvidenceCollector } from './evidence.collector.js';
import { TransitionService } from './transition.service.js';
import { SUNSET_APPROACHING, SUNSET_REACHED } from './transitions.events.js';

/** Deprecated versions in the order in which they end. */
type Ending = { id: string; organizationId: string; serverName: string; version: string; sunsetAt: string };
type ContextOf = (organizationId: string) => RequestContext;

const PAGE = 200;
/** No organization can ask to be told earlier than this (see the policy document). */
const HORIZON_MS = 3650 * DAY_MS;

/** What one sweep did. */
export type Sweep = { ended: string[]; announced: number };

/** What happens to deprecated versions because time passes. Safe to run twice at once, and to be killed anywhere. */
@Injectable()
export class SunsetService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly outbox: Outbox,
    private readonly evidence: EvidenceCollector,
    private readonly transitions: TransitionService,
  ) {}

  /**
   * Announces sunsets that come near, once each, and ends every version whose sunset has passed and that is drained. One
   * version that cannot be judged stops no other; its fault is thrown when all have been looked at.
   */
  async sweep(contextOf: ContextOf, now: Date): Promise<Sweep> {
    const countdowns = new Map<string, number[]>();
    const done: Sweep = { ended: [], announced: 0 };
    const faults: unknown[] = [];
    for await (const version of this.ending(new Date(now.getTime() + HORIZON_MS))) {
      const ctx = contextOf(version.organizationId);
      try {
        const days = await this.countdownOf(countdowns, version.organizationId);
        if (Date.parse(version.sunsetAt) > now.getTime()) done.announced += await this.countDown(version, days, now);
        else if (await this.end(ctx, version)) done.ended.push(version.id);
        else done.announced += await this.announce(version, { days: 0, passed: [] }, now);
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
    return done;
  }

  /** Pages by keyset along the index of sunsets: versions that end or appear meanwhile move no page. */
  private async *ending(until: Date): AsyncGenerator<Ending> {
    let after: [string, string] = ['', ''];
    for (;;) {
      const page = await this.prisma.$queryRaw<Ending[]>`
        SELECT id, organization_id AS "organizationId", server_name AS "serverName", version,
          deprecation->>'sunsetAt' AS "sunsetAt"
        FROM server_versions
        WHERE state = 'deprecated' AND track = 'governed'
          AND ((deprecation->>'sunsetAt') COLLATE "C", id) > (${after[0]}, ${after[1]})
          AND (deprecation->>'sunsetAt') COLLATE "C" <= ${until.toISOString()}
        ORDER BY (deprecation->>'sunsetAt') COLLATE "C", id LIMIT ${PAGE}`;
      yield* page;
      const last = page.at(-1);
      if (page.length < PAGE || !last) return;
      after = [last.sunsetAt, last.id];
    }
  }

  private async countdownOf(known: Map<string, number[]>, organizationId: string): Promise<number[]> {
    const days = known.get(organizationId) ?? (await this.evidence.policy(organizationId)).countdownDays;
    known.set(organizationId, days);
    return days;
  }

  /** Says the nearest of the announced days only: after a long pause nobody is told that 30 days are left when it is 5. */
  private async countDown(version: Ending, countdown: readonly number[], now: Date): Promise<number> {
    const left = Date.parse(version.sunsetAt) - now.getTime();
    const reached = countdown.filter((days) => left <= days * DAY_MS).sort((a, b) => a - b);
    const [days, ...passed] = reached;
    return days === undefined ? 0 : this.announce(version, { days, passed }, now);
  }

  /** The notice is kept for ever, the outbox is not: it is what says that an event was written. */
  private async announce(version: Ending, { days, passed }: { days: number; passed: number[] }, now: Date) {
    const { id: versionId, organizationId } = version;
    const sunsetAt = new Date(version.sunsetAt);
    const known = { versionId_sunsetAt_days: { versionId, sunsetAt, days } };
    if (await this.prisma.sunsetNotice.findUnique({ where: known })) return 0;
    return this.transactions.run(async (tx) => {
      // whoever took the end back, or moved it, since this was read: nobody is told of what no longer holds
      const [still] = await tx.$queryRaw<{ id: string }[]>`
        SELECT id FROM server_versions WHERE id = ${versionId} AND state = 'deprecated'
          AND deprecation->>'sunsetAt' = ${version.sunsetAt} FOR SHARE`;
      if (!still) return 0;
      const row = { organizationId, versionId, sunsetAt, at: now };
      const first = await tx.sunsetNotice.createMany({ data: { ...row, days }, skipDuplicates: true });
      if (first.count === 0) return 0;
      await tx.sunsetNotice.createMany({ data: passed.map((one) => ({ ...row, days: one })), skipDuplicates: true });
      const daysLeft = Math.ceil((sunsetAt.getTime() - now.getTime()) / DAY_MS);
      await this.outbox.append(tx, {
        organizationId,
        topic: days === 0 ? SUNSET_REACHED : SUNSET_APPROACHING,
        payload: {
          versionId,
          server: version.serverName,
          version: version.version,
          sunsetAt: version.sunsetAt,
          ...(days === 0 ? {} : { days, daysLeft }),
        },
        key: `${versionId} ${version.sunsetAt} ${days}`,
      });
      return 1;
    });
  }

  /** True when it ended it; false when somebody still calls it, or when another sweep was faster. */
  private async end(ctx: RequestContext, { id }: Ending): Promise<boolean> {
    const step = { version: { byId: id }, to: 'decommissioned', reason: 'The announced sunset has passed.' } as const;
    try {
      await this.transitions.transition(ctx, step);
      return true;
    } catch (error) {
      // not drained yet, or somebody was faster: the next sweep asks again
      if (error instanceof Refusal) return false;
      throw error;
    }
  }
}
