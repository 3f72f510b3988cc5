import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { Refusal, type RequestContext } from '@rollcall/kernel';
import { inOrganization, PrismaService, TransactionRunner } from '@rollcall/persistence';
import { type AuditCheckpoint, type AuditExportRecord, type ChainedAuditEvent, sealBytes } from '@rollcall/schema';
import { AuditCheckpoints, toCheckpoint } from './audit-checkpoint.service.js';
import { AuditLog, toChainedEvent } from './audit-log.js';
import { AuditSigner } from './audit-signer.port.js';

const PAGE = 500;

/** The time a reader is interested in; open on a side that is not given. */
export type AuditRange = { from?: Date | undefined; to?: Date | undefined };

type Bounds = { anchor: AuditCheckpoint | null; head: AuditCheckpoint };

/** Writes the log down so that somebody without this database can verify it. */
@Injectable()
export class AuditExports {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly log: AuditLog,
    private readonly checkpoints: AuditCheckpoints,
    private readonly signer: AuditSigner,
  ) {}

  /**
   * The lines of an export, line feeds included: a header, events in order with the checkpoints behind them, a signed seal.
   * A range is widened to the nearest checkpoints, so that what is exported is provable. Exporting is itself an event.
   * Reads page by page, as fast as the lines are taken.
   */
  async lines(ctx: RequestContext, range: AuditRange): Promise<AsyncGenerator<string>> {
    await this.access.authorize(ctx, 'audit.read');
    if (range.from && range.to && range.from > range.to) throw emptyRange();
    const from = range.from?.toISOString() ?? null;
    const to = range.to?.toISOString() ?? null;
    await this.transactions.run((tx) =>
      this.log.append(tx, ctx, { action: 'audit.export', subject: 'audit', data: { from, to } }),
    );
    const bounds = await this.bounds(ctx, range);
    const keys = await this.checkpoints.keys(ctx.organizationId);
    const at = ctx.clock.now().toISOString();
    const header = { kind: 'export' as const, organizationId: ctx.organizationId, at, from, to, ...bounds, keys };
    return this.write(ctx, header);
  }

  private async *write(
    ctx: RequestContext,
    header: Extract<AuditExportRecord, { kind: 'export' }>,
  ): AsyncGenerator<string> {
    const { organizationId } = ctx;
    const digest = createHash('sha256');
    let lines = 0;
    let events = 0;
    const line = (value: AuditExportRecord | ChainedAuditEvent): string => {
      const text = `${JSON.stringify(value)}\n`;
      digest.update(text);
      lines++;
      return text;
    };
    yield line(header);
    for (let after = header.anchor?.sequence ?? 0; after < header.head.sequence; ) {
      // whoever reads the stream resumes this function from anywhere: the organization is entered for each page
      const page = await inOrganization(organizationId, () => this.page(organizationId, after, header.head.sequence));
      if (page.events.length === 0) throw new Error('audit events vanished during an export');
      for (const event of page.events) {
        yield line(event);
        events++;
        const checkpoint = page.checkpoints.get(event.sequence);
        if (checkpoint) yield line({ kind: 'checkpoint', ...checkpoint });
      }
      after = page.events.at(-1)?.sequence ?? after;
    }
    const at = ctx.clock.now().toISOString();
    const seal = { organizationId, events, lines, sha256: digest.copy().digest('hex'), at, keyId: this.signer.keyId };
    yield line({ kind: 'seal', ...seal, signature: this.signer.sign(sealBytes(seal)) });
  }

  private async page(organizationId: string, after: number, through: number) {
    const sequence = { gt: BigInt(after), lte: BigInt(through) };
    const rows = await this.prisma.auditEvent.findMany({
      where: { organizationId, sequence },
      orderBy: { sequence: 'asc' },
      take: PAGE,
    });
    const last = rows.at(-1)?.sequence ?? 0n;
    const checkpoints = await this.prisma.auditCheckpoint.findMany({
      where: { organizationId, sequence: { gt: BigInt(after), lte: last } },
    });
    return {
      events: rows.map(toChainedEvent),
      checkpoints: new Map(checkpoints.map((row) => [Number(row.sequence), toCheckpoint(row)])),
    };
  }

  /** From the last checkpoint before the range to the first one behind it; the newest event is signed when none is behind. */
  private async bounds(ctx: RequestContext, { from, to }: AuditRange): Promise<Bounds> {
    const { organizationId } = ctx;
    const newest = await this.checkpoints.sign(ctx);
    if (!newest) throw new Error('the export has just been recorded, yet there is no event');
    const oldest = await this.prisma.auditEvent.findFirstOrThrow({
      where: { organizationId },
      orderBy: { sequence: 'asc' },
      select: { sequence: true },
    });
    const first = from && (await this.firstSince(organizationId, from));
    const last = to && (await this.lastUntil(organizationId, to));
    const anchor = await this.prisma.auditCheckpoint.findFirst({
      where: { organizationId, sequence: { gte: oldest.sequence - 1n, lt: first ?? oldest.sequence } },
      orderBy: { sequence: 'desc' },
    });
    const head =
      last === undefined
        ? null
        : await this.prisma.auditCheckpoint.findFirst({
            where: { organizationId, sequence: { gte: last } },
            orderBy: { sequence: 'asc' },
          });
    return { anchor: anchor && toCheckpoint(anchor), head: head ? toCheckpoint(head) : newest };
  }

  private async firstSince(organizationId: string, from: Date): Promise<bigint | undefined> {
    const orderBy = [{ at: 'asc' as const }, { sequence: 'asc' as const }];
    const where = { organizationId, at: { gte: from } };
    return (await this.prisma.auditEvent.findFirst({ where, orderBy, select: { sequence: true } }))?.sequence;
  }

  private async lastUntil(organizationId: string, to: Date): Promise<bigint | undefined> {
    const orderBy = [{ at: 'desc' as const }, { sequence: 'desc' as const }];
    const where = { organizationId, at: { lte: to } };
    return (await this.prisma.auditEvent.findFirst({ where, orderBy, select: { sequence: true } }))?.sequence;
  }
}

function emptyRange(): Refusal {
  return new Refusal({
    code: 'BAD_REQUEST',
    message: '"from" is later than "to".',
    nextStep: 'Exchange them.',
    path: ['from'],
  });
}
