import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { isJsonObject, type JsonObject, MINUTE_MS, Refusal } from '@rollcall/kernel';
import { DownloadFailed, guardedDownload, type NetworkPolicy } from '@rollcall/mcp-client';
import { Prisma, PrismaService, TransactionRunner } from '@rollcall/persistence';
import { isCollapse, isDue, LEASE_MS, planWalk, type SkippedItem, type Walk } from './mirror.js';
import { MirroredVersionRecords } from './mirrored-version.records.prisma.js';
import { mirrorCollapsed, mirrorFailed } from './mirrors.errors.js';
import { type RegistryPage, readRegistryPage } from './registry-page.reader.js';

/** Which networks a mirror may be in. Nest token. */
export class MirrorPolicy {
  constructor(
    readonly network: NetworkPolicy,
    readonly timeoutMs = 30_000,
  ) {}
}

const PAGE_LIMIT = 100;
const MAX_PAGE_BYTES = 32 * 1024 * 1024;
/** Two million versions: more than any registry has, fewer than a list that never ends. */
const MAX_PAGES = 20_000;
const MAX_NOTED = 100;

type Source = Prisma.MirrorSourceGetPayload<object>;

/** Walks other registries: one page, one transaction, so that a dead process loses no more than the page in hand. */
@Injectable()
export class MirrorWalks {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly records: MirroredVersionRecords,
    private readonly policy: MirrorPolicy,
    private readonly runtime: Runtime,
  ) {}

  /** The sources whose time has come; `slot` names the minute, so that asking twice within it is asking once. */
  async due(): Promise<{ organizationId: string; sourceId: string; slot: number }[]> {
    const now = this.runtime.clock.now();
    const sources = await this.prisma.mirrorSource.findMany({ where: { enabled: true, removedAt: null } });
    const slot = Math.floor(now.getTime() / MINUTE_MS);
    return sources
      .filter((source) => !isLeased(source, now) && isDue(source, now))
      .map(({ organizationId, id }) => ({ organizationId, sourceId: id, slot }));
  }

  /**
   * Walks one source to its end, or goes on with a walk that a dead process left. Returns how many rows changed; null when
   * another process is at it or the source is off. What the other registry does wrong is recorded with the source.
   */
  async run(sourceId: string, force = false): Promise<{ changed: number } | null> {
    const source = await this.claim(sourceId);
    if (!source) return null;
    const noted: SkippedItem[] = [];
    let changed = 0;
    try {
      let walk: Walk | null = readWalk(source.walk) ?? this.begin(source);
      walk = { ...walk, force: walk.force || force };
      while (walk) {
        const { page, clock } = await this.fetch(source, walk);
        const next: Walk = walk.pages === 0 ? { ...walk, startedAt: clock } : walk;
        changed += await this.store(source, next, page);
        noted.push(...page.skipped.slice(0, MAX_NOTED - noted.length));
        walk = advance(next, page);
        if (walk) await this.hold(source.id, walk);
        else await this.finish(source, next, noted);
      }
      return { changed };
    } catch (error) {
      await this.fail(source, error);
      return { changed };
    }
  }

  private begin(source: Source): Walk {
    const now = this.runtime.clock.now();
    const plan = planWalk(source, now);
    return {
      id: this.runtime.ids.next('imp'),
      kind: plan.kind,
      since: plan.kind === 'changes' ? plan.since.toISOString() : null,
      startedAt: now.toISOString(),
      cursor: null,
      pages: 0,
      force: false,
    };
  }

  /** One walker at a time per source. */
  private async claim(sourceId: string): Promise<Source | null> {
    const now = this.runtime.clock.now();
    const { count } = await this.prisma.mirrorSource.updateMany({
      where: {
        id: sourceId,
        enabled: true,
        removedAt: null,
        OR: [{ leaseUntil: null }, { leaseUntil: { lt: now } }],
      },
      data: { leaseUntil: new Date(now.getTime() + LEASE_MS), attemptedAt: now },
    });
    return count === 0 ? null : this.prisma.mirrorSource.findUnique({ where: { id: sourceId } });
  }

  private async fetch(source: Source, walk: Walk): Promise<{ page: RegistryPage; clock: string }> {
    const url = new URL(`${source.url.replace(/\/+$/, '')}/v0.1/servers`);
    url.searchParams.set('limit', String(PAGE_LIMIT));
    if (walk.since !== null) url.searchParams.set('updated_since', walk.since);
    if (walk.cursor !== null) url.searchParams.set('cursor', walk.cursor);
    const { network, timeoutMs } = this.policy;
    const headers = { accept: 'application/json', 'user-agent': 'rollcall-mirror' };
    const answer = await guardedDownload(url, { network, timeoutMs, maxBytes: MAX_PAGE_BYTES, headers });
    if (answer.status !== 200) {
      // a cursor the other side no longer knows: what is left of this walk cannot be had
      if (walk.cursor !== null && answer.status >= 400 && answer.status < 500) await this.drop(source.id);
      throw mirrorFailed(
        `The registry answered HTTP ${answer.status}.`,
        'Look at the address, and whether it wants a sign-in.',
      );
    }
    const page = readRegistryPage(answer.body, this.runtime.clock.now());
    if (!page)
      throw mirrorFailed('The registry answered with something that is no list of servers.', 'Check the address.');
    const said = Date.parse(answer.headers['date'] ?? '');
    return { page, clock: Number.isFinite(said) ? new Date(said).toISOString() : walk.startedAt };
  }

  private store(source: Source, walk: Walk, page: RegistryPage): Promise<number> {
    return this.transactions.run((tx) => this.records.store(tx, this.write(source, walk), page.items));
  }

  /** Where a successor goes on, and a longer claim. */
  private async hold(sourceId: string, walk: Walk): Promise<void> {
    const leaseUntil = new Date(this.runtime.clock.now().getTime() + LEASE_MS);
    await this.prisma.mirrorSource.update({ where: { id: sourceId }, data: { walk: walk as object, leaseUntil } });
  }

  private async finish(source: Source, walk: Walk, noted: SkippedItem[]): Promise<void> {
    const write = this.write(source, walk);
    await this.transactions.run(async (tx) => {
      if (walk.kind === 'full') {
        const { live, missing } = await this.records.missing(tx, write);
        if (!walk.force && isCollapse(live, missing)) throw mirrorCollapsed(live, missing);
        await this.records.bury(tx, write);
      }
      await tx.mirrorSource.update({
        where: { id: source.id },
        data: {
          walk: Prisma.DbNull,
          leaseUntil: null,
          failures: 0,
          error: Prisma.DbNull,
          watermark: new Date(walk.startedAt),
          skipped: noted as object[],
          ...(walk.kind === 'full' ? { fullAt: write.now } : {}),
        },
      });
    });
  }

  /** Keeps the place, so that the next attempt goes on there; a collapsed walk begins again. */
  private async fail(source: Source, error: unknown): Promise<void> {
    const known = error instanceof Refusal || error instanceof DownloadFailed;
    const record: JsonObject = {
      code:
        error instanceof Refusal
          ? error.code
          : error instanceof DownloadFailed
            ? error.reason.toUpperCase()
            : 'INTERNAL',
      message: known ? error.message : 'The mirror failed on our side; the fault is in the log of the worker.',
      at: this.runtime.clock.now().toISOString(),
    };
    const again = error instanceof Refusal && error.code === 'MIRROR_COLLAPSED' ? { walk: Prisma.DbNull } : {};
    await this.prisma.mirrorSource.update({
      where: { id: source.id },
      data: { leaseUntil: null, failures: { increment: 1 }, error: record as object, ...again },
    });
    if (!known) throw error;
  }

  private async drop(sourceId: string): Promise<void> {
    await this.prisma.mirrorSource.update({ where: { id: sourceId }, data: { walk: Prisma.DbNull } });
  }

  private write(source: Source, walk: Walk) {
    return {
      organizationId: source.organizationId,
      sourceId: source.id,
      walkId: walk.id,
      now: this.runtime.clock.now(),
    };
  }
}

/** The walk after a page, or null at its end. */
function advance(walk: Walk, page: RegistryPage): Walk | null {
  if (page.nextCursor === null) return null;
  if (page.nextCursor === walk.cursor || walk.pages + 1 >= MAX_PAGES) {
    throw mirrorFailed('The list of the registry does not end.', 'Report it to the registry.');
  }
  return { ...walk, cursor: page.nextCursor, pages: walk.pages + 1 };
}

const isLeased = (source: Source, now: Date): boolean => source.leaseUntil !== null && source.leaseUntil > now;

function readWalk(value: unknown): Walk | null {
  return isJsonObject(value) ? (value as unknown as Walk) : null;
}
