import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AccessService, AccessStore } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { DAY_MS, notFound, type RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { domainOf, parentsOf } from './proof-domain.js';
import {
  challengeMissing,
  challengeUnmet,
  namespaceOfAnother,
  namespaceUnprovable,
  parentOwned,
} from './proofs.errors.js';
import { PublishedTexts } from './published-texts.adapter.js';

/** What a team publishes to show that a namespace is theirs: `text` in either place. */
export type NamespaceChallenge = {
  name: string;
  teamId: string;
  text: string;
  /** Name of the TXT record. */
  dnsName: string;
  wellKnownUrl: string;
  expiresAt: Date;
};

/** Below `/.well-known/`. */
const CHALLENGE_DOCUMENT = 'rollcall-namespace-challenge';
const LIFETIME_MS = 7 * DAY_MS;

const textOf = (token: string): string => `rollcall-namespace-challenge=${token}`;

/** Gives namespaces to teams that show, by the domain, that the name is theirs. */
@Injectable()
export class NamespaceProofs {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly teams: AccessStore,
    private readonly published: PublishedTexts,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
  ) {}

  /** A challenge for one team, for seven days; asked for again it replaces the earlier one. */
  async createChallenge(ctx: RequestContext, input: { name: string; team: string }): Promise<NamespaceChallenge> {
    const team = await this.teams.team(ctx.organizationId, input.team);
    if (!team || !(await this.access.can(ctx, 'server.read', team.id))) throw notFound('team', input.team);
    await this.access.authorize(ctx, 'namespace.prove', team.id);
    const domain = domainOf(input.name);
    if (domain === null) throw namespaceUnprovable(input.name);
    const key = { organizationId: ctx.organizationId, name: input.name, teamId: team.id };
    const token = randomBytes(24).toString('base64url');
    const expiresAt = new Date(ctx.clock.now().getTime() + LIFETIME_MS);
    await this.transactions.run(async (tx) => {
      const expired = { organizationId: ctx.organizationId, expiresAt: { lte: ctx.clock.now() } };
      await tx.namespaceChallenge.deleteMany({ where: expired });
      const data = { token, expiresAt, createdBy: ctx.principal.id };
      await tx.namespaceChallenge.upsert({
        where: { organizationId_name_teamId: key },
        create: { ...key, ...data },
        update: data,
      });
      await this.audit.append(tx, ctx, {
        action: 'namespace.challenge',
        subject: `namespace:${input.name}`,
        data: { team: team.slug },
      });
    });
    const wellKnownUrl = `https://${domain}/.well-known/${CHALLENGE_DOCUMENT}`;
    return { name: input.name, teamId: team.id, text: textOf(token), dnsName: domain, wellKnownUrl, expiresAt };
  }

  /**
   * Looks the challenge up where it was to be published, and gives the namespace to the challenge's team when nobody has it.
   * Refuses with CHALLENGE_MISSING, CHALLENGE_UNMET, NAMESPACE_TAKEN or PARENT_NAMESPACE_OWNED.
   */
  async prove(ctx: RequestContext, input: { name: string; method: 'dns' | 'http' }) {
    const domain = domainOf(input.name);
    if (domain === null) throw namespaceUnprovable(input.name);
    const challenges = await this.openChallenges(ctx, input.name);
    if (challenges.length === 0) throw challengeMissing(input.name);
    // outside of any transaction: whoever owns the domain decides how long this takes
    const answer =
      input.method === 'dns'
        ? await this.published.dns(domain)
        : await this.published.wellKnown(domain, CHALLENGE_DOCUMENT);
    const texts = 'texts' in answer ? answer.texts.map((text) => text.trim()) : [];
    const met = challenges.find((challenge) => texts.includes(textOf(challenge.token)));
    if (!met) {
      const where = input.method === 'dns' ? `the TXT records of ${domain}` : `https://${domain}`;
      throw challengeUnmet(where, 'trouble' in answer ? answer.trouble : '');
    }
    const allowedOwners = await this.ownersAllowed(ctx, input.name);
    return this.transactions.run(async (tx) => {
      await withAdvisoryLock(tx, `namespaces:${ctx.organizationId}`);
      const { organizationId } = ctx;
      const key = { organizationId_name: { organizationId, name: input.name } };
      const present = await tx.namespace.findUnique({ where: key });
      if (present && present.teamId !== met.teamId) throw namespaceOfAnother(input.name);
      const claim = { name: input.name, teamId: met.teamId, allowedOwners };
      if (!present) await this.refuseBelowOthers(tx, ctx, claim);
      return this.give(tx, ctx, { ...input, domain, teamId: met.teamId });
    });
  }

  private async openChallenges(ctx: RequestContext, name: string) {
    const { organizationId } = ctx;
    const where = { organizationId, name, expiresAt: { gt: ctx.clock.now() } };
    const rows = await this.prisma.namespaceChallenge.findMany({ where, take: 100 });
    const mine = await Promise.all(rows.map((row) => this.access.can(ctx, 'namespace.prove', row.teamId)));
    return rows.filter((_row, index) => mine[index]);
  }

  /** Teams below whose namespaces the caller may take a name; null: below anybody's. */
  private async ownersAllowed(ctx: RequestContext, name: string): Promise<Set<string> | null> {
    if (await this.access.can(ctx, 'namespace.claim')) return null;
    const where = { organizationId: ctx.organizationId, name: { in: parentsOf(name) } };
    const owners = new Set((await this.prisma.namespace.findMany({ where })).map((row) => row.teamId));
    const allowed = new Set<string>();
    for (const teamId of owners) if (await this.access.can(ctx, 'namespace.prove', teamId)) allowed.add(teamId);
    return allowed;
  }

  /** The nearest namespace above decides: what is below a team's namespace is that team's to give. */
  private async refuseBelowOthers(
    tx: Tx,
    ctx: RequestContext,
    claim: { name: string; teamId: string; allowedOwners: Set<string> | null },
  ): Promise<void> {
    if (claim.allowedOwners === null) return;
    const parents = parentsOf(claim.name);
    const rows = await tx.namespace.findMany({ where: { organizationId: ctx.organizationId, name: { in: parents } } });
    const nearest = rows.sort((a, b) => b.name.length - a.name.length)[0];
    if (nearest && nearest.teamId !== claim.teamId && !claim.allowedOwners.has(nearest.teamId)) {
      throw parentOwned(claim.name, nearest.name);
    }
  }

  private async give(
    tx: Tx,
    ctx: RequestContext,
    proved: { name: string; method: 'dns' | 'http'; domain: string; teamId: string },
  ) {
    const { name, method, domain, teamId } = proved;
    const { organizationId } = ctx;
    const data = { proof: method, proofDetail: { domain, challenge: true }, provedAt: ctx.clock.now() };
    const row = await tx.namespace.upsert({
      where: { organizationId_name: { organizationId, name } },
      create: { id: ctx.ids.next('ns'), organizationId, name, teamId, ...data },
      update: data,
    });
    // a challenge counts once: left published, it proves nothing more
    await tx.namespaceChallenge.deleteMany({ where: { organizationId, name, teamId } });
    await this.audit.append(tx, ctx, {
      action: 'namespace.prove',
      subject: `namespace:${name}`,
      data: { method, domain, teamId },
    });
    return row;
  }
}
