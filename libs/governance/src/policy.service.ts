import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { decodeCursor, encodeCursor, type JsonObject, type RequestContext } from '@rollcall/kernel';
import { effectivePolicy, type OrganizationPolicy, type PolicyDocument, readPolicyDocument } from '@rollcall/lifecycle';
import { Outbox, PrismaService, TransactionRunner, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { invalidCursor, policyConflict, policyInvalid, reasonRequired } from './governance.errors.js';
import { POLICY_SET } from './governance.events.js';

/** What holds: the document as it was written, and what it means with the defaults. Revision 0: nobody decided anything. */
export type PolicyInForce = { revision: number; document: JsonObject; effective: OrganizationPolicy };
/** One document that was ever in force. */
export type PolicyRevision = {
  revision: number;
  document: JsonObject;
  reason: string;
  authorId: string;
  authorHandle: string;
  createdAt: Date;
};
/** A decision: the whole document, why, and which revision its author looked at. */
export type PolicySetInput = { document: unknown; reason: string; expectedRevision: number };

/** Reads and decides the policy document of an organization. */
@Injectable()
export class PolicyService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** The policy in force. */
  async inForce(ctx: RequestContext): Promise<PolicyInForce> {
    await this.access.authorize(ctx, 'policy.read');
    return inForceOf(await this.prisma.organization.findUniqueOrThrow({ where: { id: ctx.organizationId } }));
  }

  /** Every document there ever was, newest first; `next` is the cursor after the last row, null at the end. */
  async revisions(
    ctx: RequestContext,
    query: { first: number; after?: string | null },
  ): Promise<{ items: PolicyRevision[]; next: string | null }> {
    await this.access.authorize(ctx, 'policy.read');
    const take = Math.min(Math.max(query.first, 1), 100);
    const rows = await this.prisma.organizationPolicyRevision.findMany({
      where: {
        organizationId: ctx.organizationId,
        ...(query.after ? { revision: { lt: revisionAfter(query.after) } } : {}),
      },
      orderBy: { revision: 'desc' },
      take: take + 1,
    });
    const items = rows.slice(0, take).map((row) => ({ ...row, document: row.document as JsonObject }));
    const last = items.at(-1);
    return { items, next: rows.length > take && last ? encodeCursor([String(last.revision)]) : null };
  }

  /**
   * Puts a document in force. Refuses with POLICY_INVALID (every issue with its path), CONFLICT when another revision than
   * the expected one is in force, and REASON_REQUIRED.
   */
  async set(ctx: RequestContext, input: PolicySetInput): Promise<PolicyInForce> {
    await this.access.authorize(ctx, 'policy.set');
    if (!input.reason.trim()) throw reasonRequired();
    const document = await this.read(ctx, input.document);
    return this.transactions.run(async (tx) => {
      await withAdvisoryLock(tx, `policy:${ctx.organizationId}`);
      const current = inForceOf(await tx.organization.findUniqueOrThrow({ where: { id: ctx.organizationId } }));
      if (current.revision !== input.expectedRevision) {
        throw policyConflict(input.expectedRevision, { revision: current.revision, document: current.document });
      }
      return this.store(tx, ctx, { document, reason: input.reason, revision: current.revision + 1, before: current });
    });
  }

  /** The document, if it is valid and names only environments there are. */
  async read(ctx: RequestContext, value: unknown): Promise<PolicyDocument> {
    const read = readPolicyDocument(value);
    if (!read.ok) throw policyInvalid(read.error);
    const order = read.value.promotionOrder ?? [];
    if (order.length === 0) return read.value;
    const environments = await this.prisma.environment.findMany({ where: { organizationId: ctx.organizationId } });
    const kinds = new Map(environments.map((one) => [one.name, one.kind]));
    const unknown = order.filter((name) => !kinds.has(name));
    const missing = [...kinds.keys()].filter((name) => !order.includes(name));
    const production = order.findIndex((name) => kinds.get(name) === 'production');
    const late = order.slice(Math.max(production, 0)).filter((name) => kinds.get(name) === 'staging');
    const problems = [
      ...unknown.map((name) => `There is no environment "${name}".`),
      ...missing.map((name) => `The environment "${name}" is missing.`),
      ...(production < 0 ? [] : late.map((name) => `"${name}" is for staging and comes after production.`)),
    ];
    if (problems.length > 0) throw policyInvalid(problems.map((message) => ({ path: 'promotionOrder', message })));
    return read.value;
  }

  private async store(
    tx: Tx,
    ctx: RequestContext,
    change: { document: PolicyDocument; reason: string; revision: number; before: PolicyInForce },
  ): Promise<PolicyInForce> {
    const { document, reason, revision } = change;
    await tx.organizationPolicyRevision.create({
      data: {
        organizationId: ctx.organizationId,
        revision,
        document: document as object,
        reason,
        authorId: ctx.principal.id,
        authorHandle: ctx.principal.handle,
        createdAt: ctx.clock.now(),
      },
    });
    const row = await tx.organization.update({
      where: { id: ctx.organizationId },
      data: { policy: document as object, policyRevision: revision },
    });
    const after = inForceOf(row);
    await this.order(tx, ctx.organizationId, after.effective.promotionOrder);
    await this.audit.append(tx, ctx, {
      action: 'policy.set',
      subject: `organization:${ctx.organizationId}`,
      data: { revision, reason, changed: changedFields(change.before.effective, after.effective) },
    });
    await this.outbox.append(tx, { organizationId: ctx.organizationId, topic: POLICY_SET, payload: { revision } });
    return after;
  }

  private async order(tx: Tx, organizationId: string, names: readonly string[]): Promise<void> {
    for (const [position, name] of names.entries()) {
      await tx.environment.update({ where: { organizationId_name: { organizationId, name } }, data: { position } });
    }
  }
}

function inForceOf(row: { policy: unknown; policyRevision: number }): PolicyInForce {
  const document = row.policy as JsonObject;
  return { revision: row.policyRevision, document, effective: effectivePolicy(document) };
}

function changedFields(before: OrganizationPolicy, after: OrganizationPolicy): JsonObject {
  const fields = Object.keys(after) as (keyof OrganizationPolicy)[];
  const changed = fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
  return Object.fromEntries(
    changed.map((field) => [field, { before: before[field], after: after[field] }]),
  ) as JsonObject;
}

function revisionAfter(cursor: string): number {
  const key = decodeCursor(cursor, 1);
  const revision = key.ok ? Number(key.value[0]) : Number.NaN;
  if (!Number.isSafeInteger(revision)) throw invalidCursor();
  return revision;
}
