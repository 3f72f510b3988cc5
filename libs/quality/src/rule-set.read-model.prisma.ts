import { Injectable } from '@nestjs/common';
import { mergeRuleSets, type RuleSet } from '@rollcall/lint';
import { PrismaService, type Tx } from '@rollcall/persistence';

/** A rule set in force. */
export type RuleSetRow = {
  id: string;
  namespace: string;
  revision: number;
  document: unknown;
  reason: string;
  authorHandle: string;
  createdAt: Date;
};

/** Longer names are refused when a server is published. */
const MAX_PREFIXES = 64;

/** Which rule sets hold, and what they come to for one server. */
@Injectable()
export class RuleSetReadModel {
  constructor(private readonly prisma: PrismaService) {}

  /** What holds for a server: the organization's document, then those of its namespace, the most specific last. */
  async effective(organizationId: string, serverName: string): Promise<RuleSet> {
    const wanted = ['', ...prefixesOf(serverName)];
    const rows = await this.prisma.$queryRaw<RuleSetRow[]>`
      SELECT DISTINCT ON (namespace) id, namespace, revision, document, reason, author_handle AS "authorHandle",
        created_at AS "createdAt"
      FROM lint_rule_sets WHERE organization_id = ${organizationId} AND namespace = ANY(${wanted}::text[])
      ORDER BY namespace, revision DESC`;
    const byLength = rows.sort((a, b) => a.namespace.length - b.namespace.length);
    return mergeRuleSets(byLength.map(({ document }) => document as RuleSet));
  }

  /** The newest of each namespace after the given one, in order of namespaces; '' comes first. */
  inForce(organizationId: string, after: string | null, take: number): Promise<RuleSetRow[]> {
    return this.prisma.$queryRaw<RuleSetRow[]>`
      SELECT DISTINCT ON (namespace) id, namespace, revision, document, reason, author_handle AS "authorHandle",
        created_at AS "createdAt"
      FROM lint_rule_sets WHERE organization_id = ${organizationId} AND (${after}::text IS NULL OR namespace > ${after})
      ORDER BY namespace, revision DESC LIMIT ${take}`;
  }

  /** The newest of one namespace, or null when nobody has decided anything. */
  newest(organizationId: string, namespace: string, tx: Tx = this.prisma): Promise<RuleSetRow | null> {
    return tx.lintRuleSet.findFirst({ where: { organizationId, namespace }, orderBy: { revision: 'desc' } });
  }

  /** Every document of a namespace, newest first, below a revision. */
  revisions(organizationId: string, namespace: string, page: { below: number | null; take: number }) {
    const below = page.below === null ? {} : { revision: { lt: page.below } };
    return this.prisma.lintRuleSet.findMany({
      where: { organizationId, namespace, ...below },
      orderBy: { revision: 'desc' },
      take: page.take,
    });
  }
}

/** `com`, `com.acme`, `com.acme.payments` of `com.acme.payments/ledger`. */
export function prefixesOf(serverName: string): string[] {
  const parts = (serverName.split('/')[0] ?? '').split('.').slice(0, MAX_PREFIXES);
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
}
