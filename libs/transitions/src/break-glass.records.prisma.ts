import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import { decodeCursor, encodeCursor, type JsonObject, MINUTE_MS, type RequestContext } from '@rollcall/kernel';
import { Outbox, PrismaService, type Tx } from '@rollcall/persistence';
import { EvidenceCollector } from './evidence.collector.js';
import { type Move, TransitionRecords } from './transition.records.prisma.js';
import { breakGlassRefused, invalidInput } from './transitions.errors.js';
import { BREAK_GLASS_REQUESTED } from './transitions.events.js';

/** A request as it is stored. */
export type BreakGlassRow = Awaited<ReturnType<PrismaService['breakGlassRequest']['findUniqueOrThrow']>>;

/** Rows of break-glass requests with the audit line of each act. */
@Injectable()
export class BreakGlassRecords {
  constructor(
    private readonly prisma: PrismaService,
    private readonly evidence: EvidenceCollector,
    private readonly transitions: TransitionRecords,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** How long a request waits here. */
  async minutes(organizationId: string): Promise<number> {
    return (await this.evidence.policy(organizationId)).breakGlassMinutes;
  }

  find(ctx: RequestContext, id: string): Promise<BreakGlassRow | null> {
    return this.prisma.breakGlassRequest.findFirst({ where: { id, organizationId: ctx.organizationId } });
  }

  pending(tx: Tx, id: string): Promise<BreakGlassRow | null> {
    return tx.breakGlassRequest.findFirst({ where: { id, status: 'pending' } });
  }

  async open(
    tx: Tx,
    ctx: RequestContext,
    { move, input, minutes }: { move: Move; input: JsonObject; minutes: number },
  ): Promise<string> {
    const { version, rule, guards } = move;
    const now = ctx.clock.now();
    await tx.breakGlassRequest.updateMany({
      where: { versionId: version.id, status: 'pending', expiresAt: { lte: now } },
      data: { status: 'expired', decidedAt: now },
    });
    if (await tx.breakGlassRequest.findFirst({ where: { versionId: version.id, status: 'pending' } })) {
      throw breakGlassRefused('Another break-glass request of this version is pending.', 'Confirm or cancel that one.');
    }
    const id = ctx.ids.next('bgr');
    const expiresAt = new Date(now.getTime() + minutes * MINUTE_MS);
    const reason = move.input.reason ?? '';
    await tx.breakGlassRequest.create({
      data: {
        id,
        organizationId: ctx.organizationId,
        versionId: version.id,
        fromState: rule.from,
        toState: rule.to,
        input,
        reason,
        contractDigest: version.contractDigest,
        guards: guards as object[],
        status: 'pending',
        requestedBy: ctx.principal.id,
        requestedByHandle: ctx.principal.handle,
        requestedAt: now,
        expiresAt,
      },
    });
    const open = guards.filter((one) => one.status !== 'met').map((one) => one.guard);
    await this.audit.append(tx, ctx, {
      action: 'version.break_glass',
      subject: `version:${version.server.name}@${version.version}`,
      data: { request: id, from: rule.from, to: rule.to, reason, open, expiresAt: expiresAt.toISOString() },
    });
    await this.outbox.append(tx, {
      organizationId: ctx.organizationId,
      topic: BREAK_GLASS_REQUESTED,
      payload: {
        requestId: id,
        versionId: version.id,
        from: rule.from,
        to: rule.to,
        expiresAt: expiresAt.toISOString(),
      },
    });
    return id;
  }

  /** Takes the step and closes the request; returns the transition's id. */
  async confirm(
    tx: Tx,
    ctx: RequestContext,
    { request, move }: { request: BreakGlassRow; move: Move },
  ): Promise<string> {
    const transitionId = await this.transitions.move(tx, ctx, move);
    await tx.breakGlassRequest.update({
      where: { id: request.id },
      data: { status: 'confirmed', transitionId, ...decision(ctx) },
    });
    return transitionId;
  }

  /** False when it was decided already. */
  async cancel(
    tx: Tx,
    ctx: RequestContext,
    { request, version }: { request: BreakGlassRow; version: Move['version'] },
  ): Promise<boolean> {
    const { count } = await tx.breakGlassRequest.updateMany({
      where: { id: request.id, status: 'pending' },
      data: { status: 'cancelled', ...decision(ctx) },
    });
    if (count === 0) return false;
    await this.audit.append(tx, ctx, {
      action: 'version.break_glass_cancel',
      subject: `version:${version.server.name}@${version.version}`,
      data: { request: request.id, requestedBy: request.requestedByHandle },
    });
    return true;
  }

  /** A page, newest first; `next` is the cursor after the last row, null at the end. */
  async page(ctx: RequestContext, query: { first: number; after?: string | null; pending?: boolean | null }) {
    const take = Math.min(Math.max(query.first, 1), 100);
    const now = ctx.clock.now();
    const rows = await this.prisma.breakGlassRequest.findMany({
      where: {
        organizationId: ctx.organizationId,
        ...(query.after ? { id: { lt: idAfter(query.after) } } : {}),
        ...(query.pending ? { status: 'pending', expiresAt: { gt: now } } : {}),
      },
      orderBy: { id: 'desc' },
      take: take + 1,
    });
    const items = rows.slice(0, take).map((row) => {
      const late = row.status === 'pending' && row.expiresAt.getTime() <= now.getTime();
      return late ? { ...row, status: 'expired' } : row;
    });
    const last = items.at(-1);
    return { items, next: rows.length > take && last ? encodeCursor([last.id]) : null };
  }
}

function decision(ctx: RequestContext) {
  return { decidedBy: ctx.principal.id, decidedByHandle: ctx.principal.handle, decidedAt: ctx.clock.now() };
}

function idAfter(cursor: string): string {
  const key = decodeCursor(cursor, 1);
  if (!key.ok) throw invalidInput('after', 'The cursor is not one that this list gave out.', 'Leave it out.');
  return key.value[0] ?? '';
}
