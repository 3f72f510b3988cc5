import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { BundleStore } from '@rollcall/bundles';
import type { RequestContext } from '@rollcall/kernel';
import { Outbox, Prisma, PrismaService, TransactionRunner, type Tx } from '@rollcall/persistence';
import { z } from 'zod';
import { neverPublished, reportMalformed } from './gateways.errors.js';
import { GATEWAY_SAW_DRIFT } from './gateways.events.js';

const DRIFT = z.looseObject({
  alias: z.string().max(64),
  version: z.string().max(255),
  tool: z.string().max(128),
  seen: z.string().max(128).nullable(),
});

const STATUS = z.object({
  gateway: z.string().max(128),
  bootId: z.string().min(1).max(64),
  seq: z.int().nonnegative(),
  serial: z.int().nonnegative(),
  epoch: z.int().nonnegative(),
  bundleSha256: z.string().max(64).nullable(),
  result: z.enum(['ack', 'nack']),
  error: z.object({ code: z.string().max(64), message: z.string().max(1000) }).nullable(),
  appliedAt: z.iso.datetime().nullable(),
  rootVersion: z.int().nonnegative(),
  clockOffsetMs: z.number().nullable(),
  drift: z.array(DRIFT).max(1000).default([]),
});

type Gateway = { id: string; environmentId: string };
type Report = z.infer<typeof STATUS>;

/** What data planes say of themselves and of what they saw. */
@Injectable()
export class StatusReports {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly transactions: TransactionRunner,
    private readonly bundles: BundleStore,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Takes in a status report. An older or repeated report of the same boot changes nothing. Drift that the one before did
   * not name is an event per version, so that somebody looks at the whole contract.
   */
  async take(ctx: RequestContext, gateway: Gateway, body: unknown): Promise<void> {
    await this.access.authorize(ctx, 'gateway.report');
    const parsed = STATUS.safeParse(body);
    if (!parsed.success) throw reportMalformed(z.prettifyError(parsed.error));
    const report = parsed.data;
    if (report.result === 'ack' && report.serial > 0) {
      const revision = await this.bundles.bySerial(gateway.environmentId, report.epoch, report.serial);
      if (!revision || (report.bundleSha256 !== null && revision.sha256 !== report.bundleSha256)) {
        throw neverPublished(report.epoch, report.serial);
      }
    }
    const known = await this.prisma.gatewayStatus.findUnique({ where: { gatewayId: gateway.id } });
    if (known && known.bootId === report.bootId && known.seq >= report.seq) return;
    const news = newDrift(report, known?.drift);
    await this.transactions.run(async (tx) => {
      await this.write(tx, ctx, gateway, report);
      if (news.length > 0) await this.announce(tx, ctx, gateway, news);
    });
  }

  private async write(tx: Tx, ctx: RequestContext, gateway: Gateway, report: Report): Promise<void> {
    const { bootId, seq, result, epoch, serial, bundleSha256 } = report;
    const error = report.error ?? Prisma.DbNull;
    const drift = report.drift as object;
    const data = { bootId, seq, result, epoch, serial, bundleSha256, error, drift, reportedAt: ctx.clock.now() };
    await tx.gatewayStatus.upsert({
      where: { gatewayId: gateway.id },
      create: { gatewayId: gateway.id, organizationId: ctx.organizationId, ...data },
      update: data,
    });
  }

  private async announce(tx: Tx, ctx: RequestContext, gateway: Gateway, news: Report['drift']): Promise<void> {
    const { organizationId } = ctx;
    const places = [
      ...new Map(news.map(({ alias, version }) => [`${alias}\n${version}`, { alias, version }])).values(),
    ];
    // a gateway names what its bundle has; anything else is not ours to look at
    const versions = await tx.serverVersion.findMany({
      where: { organizationId, OR: places.map(({ alias, version }) => ({ version, server: { alias } })) },
      select: { id: true },
    });
    for (const { id } of versions) {
      const payload = { gatewayId: gateway.id, versionId: id, environmentId: gateway.environmentId };
      await this.outbox.append(tx, { organizationId, topic: GATEWAY_SAW_DRIFT, payload });
    }
  }
}

/** What this report names and the one before did not: a drift that stays is told once. */
function newDrift({ drift }: Report, before: unknown): Report['drift'] {
  const known = new Set((Array.isArray(before) ? before : []).map(keyOf));
  return drift.filter((one) => !known.has(keyOf(one)));
}

function keyOf({ alias, version, tool, seen }: Record<string, unknown>): string {
  return JSON.stringify([alias, version, tool, seen]);
}
