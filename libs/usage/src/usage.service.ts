import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { HOUR_MS, Refusal, type RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner, type Tx } from '@rollcall/persistence';
import { z } from 'zod';
import { UsageShapeRecords } from './usage-shape.records.prisma.js';

const SHAPE = z.strictObject({
  names: z
    .array(
      z
        .string()
        .max(128)
        .regex(/^[^\p{Cc}\p{Cs}]+$/u),
    )
    .max(64),
  other: z.boolean(),
  calls: z.int().nonnegative(),
});

const CALL = z.strictObject({
  agent: z.string().min(1).max(64),
  alias: z.string().min(1).max(32),
  version: z.string().min(1).max(255),
  tool: z.string().min(1).max(128),
  ok: z.int().nonnegative(),
  refused: z.int().nonnegative(),
  errors: z.int().nonnegative(),
  /** Left out by gateways that do not know it. */
  shapes: z.array(SHAPE).max(16).optional(),
});

/** One row of a report, as it was accepted. */
export type ReportedCall = z.infer<typeof CALL>;

const REPORT = z.strictObject({
  gateway: z.string().max(128),
  bootId: z.string().min(1).max(64),
  seq: z.int().nonnegative(),
  windowStart: z.iso.datetime(),
  windowEnd: z.iso.datetime(),
  calls: z.array(CALL).max(10_000),
});

/** The gateway a report comes from, as its token says. */
export type Reporter = { id: string; organizationId: string; environmentId: string };

/** Calls of a version as far as they are known. Times are ISO 8601 in UTC. */
export type UsageSeen = { lastCallAt: string | null; reportedUntil: string | null; gateways: number; silent: string[] };

/** What gateways saw being called. */
@Injectable()
export class UsageService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly access: AccessService,
    private readonly shapes: UsageShapeRecords,
  ) {}

  /** Adds a report to the hourly counts, once per (gateway, boot, seq): a report that is sent again changes nothing. */
  async record(ctx: RequestContext, reporter: Reporter, body: unknown): Promise<{ counted: boolean }> {
    await this.access.authorize(ctx, 'gateway.report');
    const parsed = REPORT.safeParse(body);
    if (!parsed.success) throw malformed(z.prettifyError(parsed.error));
    const report = parsed.data;
    return this.transactions.run(async (tx) => {
      const { count } = await tx.usageReport.createMany({
        data: {
          gatewayId: reporter.id,
          bootId: report.bootId,
          seq: report.seq,
          organizationId: reporter.organizationId,
          windowEnd: new Date(report.windowEnd),
          receivedAt: ctx.clock.now(),
        },
        skipDuplicates: true,
      });
      if (count === 0) return { counted: false };
      const hour = hourOf(new Date(report.windowEnd));
      for (const call of report.calls) await this.add(tx, reporter, hour, call);
      await this.shapes.add(tx, reporter, { calls: report.calls, at: new Date(report.windowEnd) });
      return { counted: true };
    });
  }

  /** When a version was last called, to the hour, or null when no gateway ever saw a call. */
  async lastCallAt(organizationId: string, alias: string, version: string): Promise<Date | null> {
    const row = await this.prisma.usageHour.findFirst({
      where: { organizationId, alias, version, OR: [{ ok: { gt: 0 } }, { errors: { gt: 0 } }] },
      orderBy: { hour: 'desc' },
    });
    // the hour's end: a call within it may have come at its very end
    return row ? new Date(row.hour.getTime() + HOUR_MS - 1) : null;
  }

  /**
   * What production gateways say of a version. A gateway counts when its environment has a policy: without one it serves
   * nothing. One that has fallen silent holds `reportedUntil` back, one that never reported is named.
   */
  async seen(organizationId: string, of: { alias: string; version: string }): Promise<UsageSeen> {
    const gateways = await this.prisma.$queryRaw<{ name: string; reportedAt: Date | null }[]>`
      SELECT g.name, s.reported_at AS "reportedAt"
      FROM gateways g
      JOIN environments e ON e.id = g.environment_id AND e.kind = 'production'
      LEFT JOIN gateway_statuses s ON s.gateway_id = g.id
      WHERE g.organization_id = ${organizationId}
        AND (s.gateway_id IS NOT NULL OR EXISTS (SELECT FROM bundles b WHERE b.environment_id = e.id))
      ORDER BY g.name`;
    const reported = gateways.flatMap((one) => (one.reportedAt === null ? [] : [one.reportedAt.getTime()]));
    const lastCallAt = await this.lastCallAt(organizationId, of.alias, of.version);
    return {
      lastCallAt: lastCallAt?.toISOString() ?? null,
      reportedUntil: reported.length === 0 ? null : new Date(Math.min(...reported)).toISOString(),
      gateways: gateways.length,
      silent: gateways.filter((one) => one.reportedAt === null).map((one) => one.name),
    };
  }

  private async add(tx: Tx, reporter: Reporter, hour: Date, call: ReportedCall): Promise<void> {
    const { agent, alias, version, tool, ok, refused, errors } = call;
    await tx.$executeRaw`
      INSERT INTO usage_hours (organization_id, environment_id, hour, agent_id, alias, version, tool, ok, refused, errors)
      VALUES (${reporter.organizationId}, ${reporter.environmentId}, ${hour}, ${agent}, ${alias}, ${version}, ${tool}, ${ok}, ${refused}, ${errors})
      ON CONFLICT (environment_id, hour, agent_id, alias, version, tool)
      DO UPDATE SET ok = usage_hours.ok + EXCLUDED.ok, refused = usage_hours.refused + EXCLUDED.refused,
                    errors = usage_hours.errors + EXCLUDED.errors`;
  }
}

function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
}

function malformed(problems: string): Refusal {
  return new Refusal({
    code: 'BAD_REQUEST',
    message: `The usage report is malformed: ${problems.slice(0, 500)}`,
    nextStep: 'Send it in the shape of docs/ARCHITECTURE.md, section "Gateway reports".',
  });
}
