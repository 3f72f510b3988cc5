import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { decodeCursor, encodeCursor, type JsonObject, type RequestContext, shortened } from '@rollcall/kernel';
import { LINT_RULES, type RuleSet, readRuleSet } from '@rollcall/lint';
import { Outbox, TransactionRunner, withAdvisoryLock } from '@rollcall/persistence';
import { isNamespace } from '@rollcall/registry';
import { invalidCursor, invalidInput, readReason, ruleSetConflict, ruleSetInvalid } from './quality.errors.js';
import { RULE_SET_CHANGED } from './quality.events.js';
import { RuleSetReadModel, type RuleSetRow, type VisiblePrefixes } from './rule-set.read-model.prisma.js';

/** A rule set as callers see it. Revision 0: nobody has decided anything. */
export type RuleSetView = {
  /** Null: the organization. */
  namespace: string | null;
  revision: number;
  document: JsonObject;
  reason: string | null;
  authorHandle: string | null;
  createdAt: Date | null;
};
export type RuleSetInput = {
  namespace?: string | null | undefined;
  document: unknown;
  reason: string;
  /** The revision its author looked at. */
  expectedRevision: number;
};
export type RuleSetPage = { items: RuleSetView[]; next: string | null };
type PageQuery = { first: number; after?: string | null | undefined };

/** Reads and decides how loud which rule is. */
@Injectable()
export class RuleSetService {
  constructor(
    private readonly access: AccessService,
    private readonly transactions: TransactionRunner,
    private readonly ruleSets: RuleSetReadModel,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** What is in force for the organization or one namespace prefix. */
  async show(ctx: RequestContext, namespace: string | null): Promise<RuleSetView> {
    const visible = await this.visiblePrefixes(ctx);
    if (visible?.has(namespace ?? '') === false) return viewOf(namespace, null);
    return viewOf(namespace, await this.ruleSets.newest(ctx.organizationId, namespace ?? ''));
  }

  /** What all documents together come to for one server. */
  async effective(ctx: RequestContext, serverName: string): Promise<RuleSet> {
    return this.ruleSets.effective(ctx.organizationId, serverName, await this.visiblePrefixes(ctx));
  }

  /** Every rule set in force, the organization's first. */
  async page(ctx: RequestContext, query: PageQuery): Promise<RuleSetPage> {
    const visible = await this.visiblePrefixes(ctx);
    const take = pageSize(query);
    const [after = null] = query.after ? keyOf(query.after) : [];
    const rows = await this.ruleSets.inForce(ctx.organizationId, { after, take: take + 1, visible });
    return pageOf(rows, take, (row) => row.namespace);
  }

  /** Every document there ever was for a namespace, newest first. */
  async revisions(ctx: RequestContext, query: PageQuery & { namespace: string | null }): Promise<RuleSetPage> {
    const visible = await this.visiblePrefixes(ctx);
    const take = pageSize(query);
    const below = query.after ? Number(keyOf(query.after)[0]) : null;
    if (below !== null && !Number.isSafeInteger(below)) throw invalidCursor();
    if (visible?.has(query.namespace ?? '') === false) return { items: [], next: null };
    const page = { below, take: take + 1 };
    const rows = await this.ruleSets.revisions(ctx.organizationId, query.namespace ?? '', page);
    return pageOf(rows, take, (row) => String(row.revision));
  }

  /**
   * Puts a document in force for the organization or a namespace prefix. Refuses with RULE_SET_INVALID (every issue with its
   * path; also what would quieten a safety rule), CONFLICT when another revision is in force, and REASON_REQUIRED.
   */
  async set(ctx: RequestContext, input: RuleSetInput): Promise<RuleSetView> {
    await this.access.authorize(ctx, 'rule_set.set');
    const namespace = input.namespace ?? '';
    const reason = readReason(input.reason);
    if (namespace !== '' && !isPrefix(namespace)) {
      throw invalidInput(
        'namespace',
        `"${shortened(namespace)}" is no namespace prefix.`,
        'Write it as com.acme or com.acme.payments.',
      );
    }
    const read = readRuleSet(input.document, LINT_RULES);
    if (!read.ok) throw ruleSetInvalid(read.error);
    return this.transactions.run(async (tx) => {
      await withAdvisoryLock(tx, `rules:${ctx.organizationId}:${namespace}`);
      const current = viewOf(namespace || null, await this.ruleSets.newest(ctx.organizationId, namespace, tx));
      if (current.revision !== input.expectedRevision) throw ruleSetConflict(input.expectedRevision, current);
      const revision = current.revision + 1;
      const { organizationId } = ctx;
      const row = await tx.lintRuleSet.create({
        data: {
          id: ctx.ids.next('rst'),
          organizationId,
          namespace,
          revision,
          document: read.value as object,
          reason,
          authorId: ctx.principal.id,
          authorHandle: ctx.principal.handle,
          createdAt: ctx.clock.now(),
        },
      });
      await this.audit.append(tx, ctx, {
        action: 'rule_set.set',
        subject: namespace === '' ? `organization:${organizationId}` : `namespace:${namespace}`,
        data: { revision, reason, before: current.document, after: read.value as JsonObject },
      });
      await this.outbox.append(tx, { organizationId, topic: RULE_SET_CHANGED, payload: { namespace, revision } });
      return viewOf(namespace || null, row);
    });
  }

  /**
   * Whoever publishes in a team may know by which rules: those of the organization and of what the team owns. A rule set
   * of other names is answered as if nobody had decided anything, because the name alone would tell of somebody's namespace.
   */
  private async visiblePrefixes(ctx: RequestContext): Promise<VisiblePrefixes> {
    const visible = await this.access.visibility(ctx, 'rule_set.read');
    if (visible.all) return null;
    if (visible.teamIds.length === 0) await this.access.authorize(ctx, 'rule_set.read');
    return this.ruleSets.prefixesOfTeams(ctx.organizationId, visible.teamIds);
  }
}

/** A namespace, or the first part of one. */
function isPrefix(text: string): boolean {
  return text.length <= 200 && (isNamespace(text) || /^[a-z0-9-]{1,63}$/.test(text));
}

function viewOf(namespace: string | null, row: RuleSetRow | null): RuleSetView {
  if (row === null) return { namespace, revision: 0, document: {}, reason: null, authorHandle: null, createdAt: null };
  const { revision, reason, authorHandle, createdAt } = row;
  return { namespace, revision, document: row.document as JsonObject, reason, authorHandle, createdAt };
}

const pageSize = ({ first }: PageQuery): number => Math.min(Math.max(first, 1), 100);

function keyOf(cursor: string): string[] {
  const key = decodeCursor(cursor, 1);
  if (!key.ok) throw invalidCursor();
  return key.value;
}

function pageOf(rows: readonly RuleSetRow[], take: number, keyOfRow: (row: RuleSetRow) => string): RuleSetPage {
  const items = rows.slice(0, take);
  const last = items.at(-1);
  return {
    items: items.map((row) => viewOf(row.namespace || null, row)),
    next: rows.length > take && last ? encodeCursor([keyOfRow(last)]) : null,
  };
}
