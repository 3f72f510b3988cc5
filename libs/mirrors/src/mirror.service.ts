import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { isUniqueViolation, Outbox, PrismaService, TransactionRunner, type Tx } from '@rollcall/persistence';
import { mirrorInvalid, mirrorTaken, mirrorUrlInvalid } from './mirrors.errors.js';
import { MIRROR_REQUESTED } from './mirrors.events.js';

/** What an administrator says of another registry. */
export type MirrorInput = {
  name: string;
  url: string;
  precedence: number;
  intervalMinutes?: number | null;
  enabled?: boolean | null;
};

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const DEFAULT_INTERVAL = 60;
/** Public registries ask to be polled about hourly; a private one may be asked more often. */
const INTERVALS = { least: 5, most: 7 * 24 * 60 };

/** Which other registries are shown beside our own servers. */
@Injectable()
export class MirrorService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** Every source in order of precedence, with how many versions each has. */
  async list(ctx: RequestContext) {
    await this.access.authorize(ctx, 'mirror.read');
    const where = { organizationId: ctx.organizationId };
    const [sources, counts] = await Promise.all([
      this.prisma.mirrorSource.findMany({ where: { ...where, removedAt: null }, orderBy: { precedence: 'asc' } }),
      this.prisma.mirroredVersion.groupBy({
        by: ['sourceId'],
        where: { ...where, status: { not: 'deleted' } },
        _count: { _all: true },
      }),
    ]);
    const of = new Map(counts.map((row) => [row.sourceId, row._count._all]));
    return sources.map((source) => ({ ...source, versionCount: of.get(source.id) ?? 0 }));
  }

  /** How many versions of one source are not deleted there. */
  async countVersions(ctx: RequestContext, sourceId: string): Promise<number> {
    await this.access.authorize(ctx, 'mirror.read');
    const where = { organizationId: ctx.organizationId, sourceId, status: { not: 'deleted' } };
    return this.prisma.mirroredVersion.count({ where });
  }

  /** Adds a registry, or changes the one of that name, and asks for a walk. */
  async set(ctx: RequestContext, input: MirrorInput) {
    await this.access.authorize(ctx, 'mirror.manage');
    const data = checked(input);
    try {
      return await this.transactions.run(async (tx) => {
        const present = await this.find(tx, ctx, input.name);
        const moved = present !== null && present.url !== data.url;
        const source = present
          ? await tx.mirrorSource.update({
              where: { id: present.id },
              // another registry under the old name has another history: it is walked from the beginning
              data: { ...data, ...(moved ? { watermark: null, fullAt: null } : {}) },
            })
          : await tx.mirrorSource.create({
              data: {
                id: ctx.ids.next('mir'),
                organizationId: ctx.organizationId,
                createdBy: ctx.principal.id,
                createdAt: ctx.clock.now(),
                ...data,
              },
            });
        await this.record(tx, ctx, { action: 'mirror.set', name: input.name, data });
        await this.request(tx, ctx, source.id, false);
        return source;
      });
    } catch (error) {
      if (isUniqueViolation(error, 'mirror_sources_precedence_key')) {
        throw mirrorTaken('precedence', String(input.precedence));
      }
      if (isUniqueViolation(error, 'mirror_sources_name_key')) throw mirrorTaken('name', input.name);
      throw error;
    }
  }

  /** Takes a registry away. Its servers become tombstones, so that who follows us drops them too. */
  async remove(ctx: RequestContext, name: string) {
    await this.access.authorize(ctx, 'mirror.manage');
    const now = ctx.clock.now();
    return this.transactions.run(async (tx) => {
      const source = await this.existing(tx, ctx, name);
      await tx.mirroredVersion.updateMany({
        where: { sourceId: source.id, status: { not: 'deleted' } },
        data: { status: 'deleted', statusMessage: null, statusChangedAt: now, updatedAt: now },
      });
      await this.record(tx, ctx, { action: 'mirror.remove', name, data: {} });
      return tx.mirrorSource.update({ where: { id: source.id }, data: { removedAt: now, enabled: false } });
    });
  }

  /** Asks for a walk now; with `force` one that may take away most of what is mirrored. */
  async sync(ctx: RequestContext, name: string, force: boolean) {
    await this.access.authorize(ctx, 'mirror.manage');
    return this.transactions.run(async (tx) => {
      const source = await this.existing(tx, ctx, name);
      await this.record(tx, ctx, { action: 'mirror.sync', name, data: { force } });
      await this.request(tx, ctx, source.id, force);
      return source;
    });
  }

  private find(tx: Tx, ctx: RequestContext, name: string) {
    return tx.mirrorSource.findFirst({ where: { organizationId: ctx.organizationId, name, removedAt: null } });
  }

  private async existing(tx: Tx, ctx: RequestContext, name: string) {
    const source = await this.find(tx, ctx, name);
    if (!source) throw notFound('mirror', name);
    return source;
  }

  private async request(tx: Tx, ctx: RequestContext, sourceId: string, force: boolean): Promise<void> {
    const { organizationId } = ctx;
    await this.outbox.append(tx, { organizationId, topic: MIRROR_REQUESTED, payload: { sourceId, force } });
  }

  private record(
    tx: Tx,
    ctx: RequestContext,
    { action, name, data }: { action: string; name: string; data: Record<string, string | number | boolean> },
  ): Promise<void> {
    return this.audit.append(tx, ctx, { action, subject: `mirror:${name}`, data });
  }
}

function checked(input: MirrorInput) {
  const { name, precedence } = input;
  if (!NAME.test(name)) {
    throw mirrorInvalid(
      'name',
      `"${name.slice(0, 80)}" cannot be the name of a mirror.`,
      'Use 1 to 63 lower-case letters, digits and hyphens.',
    );
  }
  const interval = input.intervalMinutes ?? DEFAULT_INTERVAL;
  if (interval < INTERVALS.least || interval > INTERVALS.most) {
    throw mirrorInvalid(
      'intervalMinutes',
      'A mirror is walked every 5 minutes to 7 days.',
      'Choose a number from 5 to 10080.',
    );
  }
  if (precedence < 0 || precedence > 1000) {
    throw mirrorInvalid('precedence', 'A precedence is a number from 0 to 1000.', 'Choose a number in that span.');
  }
  return { name, precedence, intervalMinutes: interval, enabled: input.enabled ?? true, url: baseOf(input.url) };
}

function baseOf(text: string): string {
  const url = URL.canParse(text) && text.length <= 2_000 ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw mirrorUrlInvalid(text);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/v0(\.1)?(\/servers)?$/, '')}`;
}
