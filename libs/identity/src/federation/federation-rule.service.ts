import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { isUniqueViolation, PrismaService, TransactionRunner } from '@rollcall/persistence';
import { nameTaken, ruleInvalid } from '../identity.errors.js';
import { IdentityJournal } from '../identity-journal.js';
import { slugOf } from '../input-rules.js';
import { scopesOf } from '../tokens/token-rules.js';
import { unpinnedProblem } from './ci-issuers.catalogue.js';
import { type ClaimPatterns, patternProblem } from './claim-match.js';

/** A rule: tokens of this issuer, for this audience, with these claims, are this service account. */
export type FederationRuleInput = {
  name: string;
  issuer: string;
  audience: string;
  claims: readonly { claim: string; matches: string }[];
  principal: string;
  scopes?: readonly string[] | null;
};

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/;

/** Which tokens of other issuers are accepted. */
@Injectable()
export class FederationRuleService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly journal: IdentityJournal,
  ) {}

  /** All rules, newest first, revoked ones too; at most 200. */
  async list(ctx: RequestContext) {
    await this.access.authorize(ctx, 'federation.read');
    const { organizationId } = ctx;
    return this.prisma.federationRule.findMany({ where: { organizationId }, orderBy: { id: 'desc' }, take: 200 });
  }

  /** Writes a rule; refused when a stranger's pipeline could match it. */
  async create(ctx: RequestContext, input: FederationRuleInput) {
    await this.access.authorize(ctx, 'federation.create');
    const { organizationId } = ctx;
    const rule = checkedRule(input);
    const principal = await this.prisma.principal.findUnique({
      where: { organizationId_handle: { organizationId, handle: input.principal } },
    });
    if (!principal) throw notFound('service account', input.principal);
    if (principal.kind !== 'service_account') {
      throw ruleInvalid(`${principal.handle} is no service account.`, 'Make one with serviceAccountCreate.');
    }
    const data = {
      id: ctx.ids.next('fed'),
      organizationId,
      ...rule,
      principalId: principal.id,
      createdBy: ctx.principal.id,
      createdAt: ctx.clock.now(),
    };
    try {
      return await this.transactions.run(async (tx) => {
        const row = await tx.federationRule.create({ data });
        await this.journal.write(tx, ctx, {
          topic: 'federation.rule_created',
          payload: { ruleId: row.id, principalId: principal.id },
          entry: {
            action: 'federation.create',
            subject: `federation:${row.name}`,
            data: { ...rule, principal: principal.handle },
          },
        });
        return row;
      });
    } catch (error) {
      if (isUniqueViolation(error, 'federation_rules_name_key')) throw nameTaken('federation rule', rule.name);
      throw error;
    }
  }

  /** Ends a rule now; tokens that were exchanged under it live on for at most 15 minutes. */
  async revoke(ctx: RequestContext, input: { id: string }) {
    await this.access.authorize(ctx, 'federation.revoke');
    const where = { id: input.id, organizationId: ctx.organizationId };
    return this.transactions.run(async (tx) => {
      const rule = await tx.federationRule.findFirst({ where });
      if (!rule) throw notFound('federation rule', input.id);
      const { count } = await tx.federationRule.updateMany({
        where: { ...where, revokedAt: null },
        data: { revokedAt: ctx.clock.now() },
      });
      if (count > 0) {
        const entry = { action: 'federation.revoke', subject: `federation:${rule.name}`, data: { rule: rule.id } };
        await this.journal.write(tx, ctx, { topic: 'federation.rule_revoked', payload: { ruleId: rule.id }, entry });
      }
      return tx.federationRule.findUniqueOrThrow({ where: { id: rule.id } });
    });
  }
}

function checkedRule(input: FederationRuleInput) {
  const claims: ClaimPatterns = Object.fromEntries(input.claims.map(({ claim, matches }) => [claim, matches]));
  if (Object.keys(claims).length !== input.claims.length) throw ruleInvalid('A claim is named twice.');
  const audience = input.audience;
  if (audience === '' || audience.length > 256 || /\s/.test(audience)) {
    throw ruleInvalid('The audience is 1 to 256 characters without spaces.');
  }
  const problem = issuerProblem(input.issuer) ?? patternProblem(claims) ?? unpinnedProblem(input.issuer, claims);
  if (problem !== null) throw ruleInvalid(problem);
  return { name: slugOf(input.name), issuer: input.issuer, audience, claims, scopes: scopesOf(input.scopes ?? ['*']) };
}

/** Plain http only within this machine, and even that only where the network policy lets us go there. */
function issuerProblem(issuer: string): string | null {
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (url && secure && !url.username && !url.password && !url.search && !url.hash && issuer.length <= 512) return null;
  return 'The issuer is an https URL without user name, query and fragment.';
}
