import { Injectable } from '@nestjs/common';
import { Runtime, TokenService } from '@rollcall/access';
import { type JsonObject, MINUTE_MS, type Principal, Refusal, type RequestContext } from '@rollcall/kernel';
import { isUniqueViolation, PrismaService, TransactionRunner } from '@rollcall/persistence';
import { federationRefused } from '../identity.errors.js';
import { IdentityJournal } from '../identity-journal.js';
import { type ClaimPatterns, claimsMatch } from './claim-match.js';
import { TokenVerifier, type VerifiedToken } from './token-verifier.js';

/** A token of another issuer, for an organization. With `rule` only the rule of that name counts. */
export type FederationInput = {
  organizationId: string;
  token: string;
  rule?: string | undefined;
  requestId?: string | undefined;
};

/** Who a token speaks for, by which rule, and the actions that the rule limits it to (`*`: to nothing). */
export type FederatedAccount = {
  organizationId: string;
  principal: Principal;
  scopes: readonly string[];
  rule: { id: string; name: string };
  claims: JsonObject;
};

type Rule = {
  id: string;
  name: string;
  issuer: string;
  audience: string;
  claims: unknown;
  scopes: string[];
  principalId: string;
};

/** How long a token lives that was given for one of another issuer. */
const TOKEN_LIFE_MS = 15 * MINUTE_MS;
const MAX_RULES_PER_ISSUER = 200;

/** The short-lived API tokens that are given for tokens of other issuers. */
@Injectable()
export class FederatedTokens {
  constructor(
    private readonly tokens: TokenService,
    private readonly transactions: TransactionRunner,
    private readonly journal: IdentityJournal,
  ) {}

  async issue(ctx: RequestContext, account: FederatedAccount): Promise<{ token: string; expiresAt: Date }> {
    const { organizationId, principal, rule, scopes } = account;
    const now = ctx.clock.now();
    const expiresAt = new Date(now.getTime() + TOKEN_LIFE_MS);
    const name = `federation:${rule.name}`;
    const token = await this.transactions.run(async (tx) => {
      // a pipeline signs in many times a day: what has ended is of no use to anybody, the audit log has it
      const where = { organizationId, principalId: principal.id, name, expiresAt: { lt: now } };
      await tx.apiToken.deleteMany({ where });
      const key = { organizationId, principalId: principal.id, name, scopes, expiresAt, createdBy: principal.id };
      const issued = await this.tokens.issue(tx, ctx, key);
      const { id: tokenId } = await this.tokens.find(tx, issued);
      const data = { rule: rule.id, scopes: [...scopes], expiresAt: expiresAt.toISOString() };
      await this.journal.write(tx, ctx, {
        topic: 'token.created',
        payload: { tokenId, principalId: principal.id },
        entry: { action: 'token.create', subject: `principal:${principal.handle}`, data },
      });
      return issued;
    });
    return { token, expiresAt };
  }
}

/** Accepts tokens of other issuers in place of our own, by the rules of an organization. */
@Injectable()
export class FederationService {
  constructor(
    private readonly runtime: Runtime,
    private readonly verifier: TokenVerifier,
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly journal: IdentityJournal,
    private readonly exchanges: FederatedTokens,
  ) {}

  /** The service account a token speaks for. Takes each token once; refuses with FEDERATION_REFUSED or ISSUER_UNAVAILABLE. */
  async exchange(input: FederationInput): Promise<FederatedAccount> {
    const { rule, verified } = await this.accepted(input);
    const principal = await this.principalOf(input.organizationId, rule);
    const ctx = this.contextOf(input, principal);
    await this.takeOnce(ctx, rule, verified);
    const { organizationId } = input;
    const { id, name, scopes } = rule;
    return { organizationId, principal, scopes, rule: { id, name }, claims: verified.claims };
  }

  /** The same, and an API token of that service account for 15 minutes, limited to the rule's scopes. */
  async signIn(input: FederationInput): Promise<FederatedAccount & { token: string; expiresAt: Date }> {
    const account = await this.exchange(input);
    return { ...account, ...(await this.exchanges.issue(this.contextOf(input, account.principal), account)) };
  }

  /** The one rule that accepts the token, which is verified against it. */
  private async accepted({ organizationId, token, rule: name }: FederationInput) {
    const issuer = this.verifier.claimedIssuer(token);
    const rules: Rule[] = await this.prisma.federationRule.findMany({
      where: { organizationId, issuer, revokedAt: null, ...(name === undefined ? {} : { name }) },
      orderBy: { id: 'asc' },
      take: MAX_RULES_PER_ISSUER,
    });
    if (rules.length === 0) throw federationRefused('no rule of the organization names its issuer');
    // an audience is part of what is verified: the token is asked about each one that the rules name
    const found: { rule: Rule; verified: VerifiedToken }[] = [];
    let refusal: Refusal | undefined;
    for (const audience of new Set(rules.map((rule) => rule.audience))) {
      try {
        const verified = await this.verifier.verify(token, { issuer, audience }, this.runtime.clock);
        for (const rule of rules) {
          if (rule.audience === audience && claimsMatch(rule.claims as ClaimPatterns, verified.claims)) {
            found.push({ rule, verified });
          }
        }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refusal ??= error;
      }
    }
    const [only, second] = found;
    if (only === undefined) throw refusal ?? federationRefused('its claims match no rule of the organization');
    if (second) throw federationRefused(`the rules "${only.rule.name}" and "${second.rule.name}" both match; name one`);
    return only;
  }

  private async principalOf(organizationId: string, rule: Rule): Promise<Principal> {
    const row = await this.prisma.principal.findFirst({
      where: { id: rule.principalId, organizationId, kind: 'service_account', disabledAt: null },
    });
    if (!row) throw federationRefused(`the service account of the rule "${rule.name}" is disabled`);
    return { id: row.id, kind: 'service_account', handle: row.handle };
  }

  /** Remembers the token in the transaction that writes down its use. */
  private async takeOnce(ctx: RequestContext, rule: Rule, { key, claims, expiresAt }: VerifiedToken): Promise<void> {
    const { organizationId } = ctx;
    const now = ctx.clock.now();
    try {
      await this.transactions.run(async (tx) => {
        // longer than its skew, so that it is never forgotten while it is valid
        const forgetAt = new Date(expiresAt.getTime() + 2 * MINUTE_MS);
        await tx.federationUse.create({ data: { organizationId, tokenKey: key, expiresAt: forgetAt } });
        await tx.federationUse.deleteMany({ where: { organizationId, expiresAt: { lt: now } } });
        // a rule that is revoked at this moment is either seen here, or is revoked after this exchange
        const live = await tx.$queryRaw<unknown[]>`
          SELECT id FROM federation_rules WHERE id = ${rule.id} AND revoked_at IS NULL FOR SHARE`;
        if (live.length === 0) throw federationRefused('its rule was revoked');
        await this.journal.write(tx, ctx, {
          topic: 'federation.exchanged',
          payload: { ruleId: rule.id, principalId: ctx.principal.id },
          entry: {
            action: 'federation.exchange',
            subject: `federation:${rule.name}`,
            data: { issuer: rule.issuer, subject: String(claims['sub']).slice(0, 300) },
          },
        });
      });
    } catch (error) {
      if (isUniqueViolation(error, 'federation_uses_pkey')) throw federationRefused('it was used before');
      throw error;
    }
  }

  private contextOf({ organizationId, requestId }: FederationInput, principal: Principal): RequestContext {
    const { clock, ids } = this.runtime;
    return { principal, organizationId, requestId: requestId ?? ids.next('req'), clock, ids };
  }
}
