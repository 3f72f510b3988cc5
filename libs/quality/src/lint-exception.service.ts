import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { DAY_MS, decodeCursor, encodeCursor, notFound, type RequestContext, shortened } from '@rollcall/kernel';
import { LINT_RULES } from '@rollcall/lint';
import { Outbox, TransactionRunner } from '@rollcall/persistence';
import { ServerCatalog, type ServerRef } from '@rollcall/registry';
import { type ExceptionRow, LintExceptionReadModel } from './lint-exception.read-model.prisma.js';
import { invalidCursor, invalidInput, readReason } from './quality.errors.js';
import { LINT_EXCEPTION_GRANTED, LINT_EXCEPTION_REVOKED } from './quality.events.js';

export type ExceptionInput = {
  server: ServerRef;
  tool?: string | null | undefined;
  ruleId: string;
  /** Of the findings it holds for; safety rules need them. */
  fingerprints?: readonly string[] | null | undefined;
  reason: string;
  expiresAt: Date;
};
export type ExceptionQuery = {
  first: number;
  after?: string | null | undefined;
  server?: ServerRef | null | undefined;
  /** Only those that hold now. */
  active?: boolean | null | undefined;
};

const MAX_DAYS = 365;
const MAX_FINGERPRINTS = 100;
const MAX_TOOL_NAME = 256;
const RULES = new Map(LINT_RULES.map((rule) => [rule.id, rule]));

/** Lets findings pass until a date, and takes that back. */
@Injectable()
export class LintExceptionService {
  constructor(
    private readonly access: AccessService,
    private readonly catalog: ServerCatalog,
    private readonly transactions: TransactionRunner,
    private readonly exceptions: LintExceptionReadModel,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** Refuses with BAD_REQUEST an unknown rule, an end that is past or a year away, and a safety rule without fingerprints. */
  async grant(ctx: RequestContext, input: ExceptionInput): Promise<ExceptionRow> {
    await this.access.authorize(ctx, 'lint_exception.grant');
    const server = await this.catalog.server(ctx, input.server);
    const fingerprints = [...new Set(input.fingerprints ?? [])];
    const reason = readReason(input.reason);
    checkTerms(input, fingerprints, ctx.clock.now());
    return this.transactions.run(async (tx) => {
      const { organizationId } = ctx;
      const row = await tx.lintException.create({
        data: {
          id: ctx.ids.next('rex'),
          organizationId,
          serverId: server.id,
          tool: input.tool ?? null,
          ruleId: input.ruleId,
          fingerprints,
          reason,
          grantedBy: ctx.principal.id,
          grantedByHandle: ctx.principal.handle,
          grantedAt: ctx.clock.now(),
          expiresAt: input.expiresAt,
        },
      });
      const { id, tool, ruleId, expiresAt } = row;
      await this.audit.append(tx, ctx, {
        action: 'lint_exception.grant',
        subject: `server:${server.name}`,
        data: { exception: id, tool, rule: ruleId, fingerprints, reason, expiresAt: expiresAt.toISOString() },
      });
      const payload = { exceptionId: id, serverId: server.id };
      await this.outbox.append(tx, { organizationId, topic: LINT_EXCEPTION_GRANTED, payload });
      return row;
    });
  }

  /** Ends an exception now; one that has ended already stays as it is. */
  async revoke(ctx: RequestContext, id: string): Promise<ExceptionRow> {
    await this.access.authorize(ctx, 'lint_exception.grant');
    const found = await this.exceptions.byId(ctx.organizationId, id);
    const server = found && (await this.catalog.visibleServer(ctx, found.serverId));
    if (!found || !server) throw notFound('exception', id);
    return this.transactions.run(async (tx) => {
      const { organizationId } = ctx;
      const now = ctx.clock.now();
      const open = { id, organizationId, revokedAt: null, expiresAt: { gt: now } };
      const data = { revokedAt: now, revokedByHandle: ctx.principal.handle };
      const { count } = await tx.lintException.updateMany({ where: open, data });
      if (count > 0) {
        const subject = `server:${server.name}`;
        await this.audit.append(tx, ctx, { action: 'lint_exception.revoke', subject, data: { exception: id } });
        const payload = { exceptionId: id, serverId: server.id };
        await this.outbox.append(tx, { organizationId, topic: LINT_EXCEPTION_REVOKED, payload });
      }
      return tx.lintException.findUniqueOrThrow({ where: { id } });
    });
  }

  /** Exceptions of servers the caller may see, newest first. */
  async page(ctx: RequestContext, query: ExceptionQuery): Promise<{ items: ExceptionRow[]; next: string | null }> {
    const visible = await this.access.visibility(ctx, 'server.read');
    const serverId = query.server ? (await this.catalog.server(ctx, query.server)).id : null;
    const take = Math.min(Math.max(query.first, 1), 100);
    const rows = await this.exceptions.page(ctx.organizationId, {
      visible,
      serverId,
      activeAt: query.active === true ? ctx.clock.now() : null,
      after: query.after ? placeOf(query.after) : null,
      take: take + 1,
    });
    const items = rows.slice(0, take);
    const last = items.at(-1);
    const next = rows.length > take && last ? encodeCursor([last.grantedAt.toISOString(), last.id]) : null;
    return { items, next };
  }
}

function checkTerms(input: ExceptionInput, fingerprints: readonly string[], now: Date): void {
  const rule = RULES.get(input.ruleId);
  if (!rule) {
    throw invalidInput('rule', `There is no rule "${shortened(input.ruleId)}".`, 'Take the rule id from the finding.');
  }
  if (rule.safety && fingerprints.length === 0) {
    const next = 'Pass the fingerprint of each finding; lint and check print them with --format json.';
    throw invalidInput('fingerprints', `"${rule.id}" is a safety rule: its exceptions name what was read.`, next);
  }
  if (fingerprints.length > MAX_FINGERPRINTS || fingerprints.some((one) => !/^sha256:[0-9a-f]{64}$/.test(one))) {
    const next = `At most ${MAX_FINGERPRINTS}, each as it is printed: sha256: and 64 digits.`;
    throw invalidInput('fingerprints', 'Not every fingerprint has the form of one.', next);
  }
  if (input.tool && input.tool.length > MAX_TOOL_NAME) {
    throw invalidInput(
      'tool',
      `No tool has a name of more than ${MAX_TOOL_NAME} characters.`,
      'Take it from the finding.',
    );
  }
  const days = (input.expiresAt.getTime() - now.getTime()) / DAY_MS;
  if (!(days > 0 && days <= MAX_DAYS)) {
    throw invalidInput(
      'expiresAt',
      `An exception ends within ${MAX_DAYS} days from now.`,
      'Choose a date in that span.',
    );
  }
}

function placeOf(cursor: string): { grantedAt: Date; id: string } {
  const key = decodeCursor(cursor, 2);
  const [at = '', id = ''] = key.ok ? key.value : [];
  const grantedAt = new Date(at);
  if (!key.ok || Number.isNaN(grantedAt.getTime())) throw invalidCursor();
  return { grantedAt, id };
}
