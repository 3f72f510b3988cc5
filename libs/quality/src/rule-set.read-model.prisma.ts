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

/** Of which prefixes somebody may know the rule sets; null: of all. */
export type VisiblePrefixes = ReadonlySet<string> | null;

/** Longer names are refused when a server is published. */
const MAX_PREFIXES = 64;

/** Which rule sets hold, and what they come to for one server. */
@Injectable()
export class RuleSetReadModel {
  constructor(private readonly prisma: PrismaService) {}

  /** What holds for a server: the organization's document, then those of its namespace, the most specific last. */
  async effective(organizationId: string, serverName: string, visible: VisiblePrefixes = null): Promise<RuleSet> {
    const wanted = ['', ...prefixesOf(serverName)].filter((prefix) => visible?.has(prefix) ?? true);
    const rows = await this.prisma.$queryRaw<RuleSetRow[]>`
      SELECT DISTINCT ON (namespace) id, namespace, revision, document, reason, author_handle AS "authorHandle",
        created_at AS "createdAt"
      FROM lint_rule_sets WHERE organization_id = ${organizationId} AND namespace = ANY(${wanted}::text[])
      ORDER BY namespace, revision DESC`;
    const byLength = rows.sort((a, b) => a.namespace.length - b.namespace.length);
    return mergeRuleSets(byLength.map(({ document }) => document as RuleSet));
  }

  /** Prefixes that hold for what these teams own: the organization, their namespaces, and those of their servers. */
  async prefixesOfTeams(organizationId: string, teamIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.prisma.$queryRaw<{ name: string }[]>`
      SELECT name FROM namespaces WHERE organization_id = ${organizationId} AND team_id = ANY(${[...teamIds]}::text[])
      UNION SELECT split_part(name, '/', 1) FROM servers
      WHERE organization_id = ${organizationId} AND team_id = ANY(${[...teamIds]}::text[])`;
    return new Set(['', ...rows.flatMap(({ name }) => prefixesOf(name))]);
  }

  /** The newest of each namespace after the given one, in order of namespaces; '' comes first. */
  inForce(
    organizationId: string,
    { after, take, visible }: { after: string | null; take: number; visible: VisiblePrefixes },
  ): Promise<RuleSetRow[]> {
    const shown = visible === null ? null : [...visible];
    return this.prisma.$queryRaw<RuleSetRow[]>`
      SELECT DISTINCT ON (namespace) id, namespace, revision, document, reason, author_handle AS "authorHandle",
        created_at AS "createdAt"
      FROM lint_rule_sets WHERE organization_id = ${organizationId} AND (${after}::text IS NULL OR namespace > ${after})
        AND (${shown}::text[] IS NULL OR namespace = ANY(${shown}::text[]))
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
