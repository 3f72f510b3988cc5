import { Injectable } from '@nestjs/common';
import { AccessService, type Action, ALL_SCOPES, TokenService } from '@rollcall/access';
import { DAY_MS, encodeCursor, HOUR_MS, notFound, type RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner, type Tx } from '@rollcall/persistence';
import { expiryInvalid, noTokensOfThisKind, scopesInvalid, tokenEnded, tokenNotForOthers } from '../identity.errors.js';
import { IdentityJournal } from '../identity-journal.js';
import { cursorParts, lineOf, pageSize } from '../input-rules.js';
import { TokenOwnership } from './token-ownership.js';
import { expiryOf, FIRST_TOKEN_DAYS, maxTokenDays, scopesOf } from './token-rules.js';

/** `principal` is a handle; without one the token is the caller's own. */
export type ApiTokenInput = {
  principal?: string | null;
  name: string;
  scopes: readonly string[];
  expiresAt?: Date | null;
};

/** The longest time an old token may live on beside the one that replaces it. */
const MAX_GRACE_MS = DAY_MS;

type Account = { id: string; kind: string; handle: string };

/** API tokens: made, replaced, revoked and listed, never shown again. */
@Injectable()
export class ApiTokenService {
  constructor(
    private readonly access: AccessService,
    private readonly ownership: TokenOwnership,
    private readonly tokens: TokenService,
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly journal: IdentityJournal,
  ) {}

  /** Makes a token; its plain text is in this answer and nowhere else. */
  async create(ctx: RequestContext, input: ApiTokenInput) {
    const account = await this.account(ctx, input.principal ?? ctx.principal.handle);
    const standing = await this.ownership.standing(ctx, account);
    if (standing === null) throw await this.notTheirs(ctx, account);
    const name = lineOf('name', input.name, 80);
    const scopes = await this.allowedScopes(ctx, account, input.scopes);
    const maxDays = await this.maxDays(ctx, account, standing === 'own');
    const limits = { now: ctx.clock.now(), kind: account.kind, maxDays };
    const expiresAt = expiryOf(input.expiresAt ?? null, limits);
    return this.transactions.run(async (tx) => {
      if (account.kind === 'user' && standing !== 'own') await this.refuseSecond(tx, ctx, account);
      const issued = await this.issue(tx, ctx, { account, name, scopes, expiresAt });
      await this.journal.write(tx, ctx, {
        topic: 'token.created',
        payload: { tokenId: issued.apiToken.id, principalId: account.id },
        entry: {
          action: 'token.create',
          subject: `principal:${account.handle}`,
          data: { name, scopes, expiresAt: expiresAt?.toISOString() ?? null },
        },
      });
      return issued;
    });
  }

  /** Makes a token like this one; the old one ends after the grace period, at once without one. */
  async rotate(ctx: RequestContext, input: { id: string; expiresAt?: Date | null; graceSeconds?: number | null }) {
    const { token: old, account, standing } = await this.managed(ctx, input.id);
    const now = ctx.clock.now();
    if (old.revokedAt || (old.expiresAt && old.expiresAt <= now)) throw tokenEnded();
    if (account.kind === 'user' && standing !== 'own') throw tokenNotForOthers(account.handle);
    const graceMs = (input.graceSeconds ?? 0) * 1_000;
    if (graceMs < 0 || graceMs > MAX_GRACE_MS) {
      throw expiryInvalid(
        'An old token lives on for at most 24 hours.',
        `Give at most ${MAX_GRACE_MS / 1_000} seconds.`,
      );
    }
    const scopes = await this.allowedScopes(ctx, account, old.scopes);
    const maxDays = await this.maxDays(ctx, account, true);
    const expiresAt = expiryOf(input.expiresAt ?? lifeAgain(old, now), { now, kind: account.kind, maxDays });
    return this.transactions.run(async (tx) => {
      const ends = new Date(Math.min(now.getTime() + graceMs, old.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY));
      // one replacement per token: of two at once the second finds nothing to replace
      const where = { id: old.id, organizationId: ctx.organizationId, revokedAt: null, expiresAt: old.expiresAt };
      const data = graceMs === 0 ? { revokedAt: now } : { expiresAt: ends };
      if ((await tx.apiToken.updateMany({ where, data })).count === 0) throw tokenEnded();
      const issued = await this.issue(tx, ctx, { account, name: old.name, scopes, expiresAt });
      await this.journal.write(tx, ctx, {
        topic: 'token.rotated',
        payload: { tokenId: issued.apiToken.id, replaces: old.id, principalId: account.id },
        entry: {
          action: 'token.rotate',
          subject: `principal:${account.handle}`,
          data: { name: old.name, oldEndsAt: ends.toISOString() },
        },
      });
      return issued;
    });
  }

  /** Ends a token now; ending it again changes nothing. */
  async revoke(ctx: RequestContext, input: { id: string }) {
    const { token, account } = await this.managed(ctx, input.id);
    return this.transactions.run(async (tx) => {
      const where = { id: token.id, organizationId: ctx.organizationId, revokedAt: null };
      const { count } = await tx.apiToken.updateMany({ where, data: { revokedAt: ctx.clock.now() } });
      if (count > 0) {
        const entry = {
          action: 'token.revoke',
          subject: `principal:${account.handle}`,
          data: { name: token.name, token: token.id },
        };
        const payload = { tokenId: token.id, principalId: account.id };
        await this.journal.write(tx, ctx, { topic: 'token.revoked', payload, entry });
      }
      return withoutSecret(await tx.apiToken.findUniqueOrThrow({ where: { id: token.id } }));
    });
  }

  /** A page of the tokens the caller may see, newest first; without ended ones unless asked for. */
  async page(
    ctx: RequestContext,
    query: {
      first: number;
      after?: string | null;
      where?: { principal?: string | null; ended?: boolean | null } | null;
    },
  ) {
    const take = pageSize(query.first);
    const visible = await this.ownership.visibleAccounts(ctx);
    const account = query.where?.principal ? await this.account(ctx, query.where.principal) : null;
    const now = ctx.clock.now();
    const rows = await this.prisma.apiToken.findMany({
      where: {
        AND: [
          { organizationId: ctx.organizationId },
          visible === null ? {} : { principalId: { in: visible } },
          account === null ? {} : { principalId: account.id },
          query.where?.ended ? {} : { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
          query.after ? { id: { lt: cursorParts(query.after, 1)[0] ?? '' } } : {},
        ],
      },
      orderBy: { id: 'desc' },
      take: take + 1,
    });
    const items = rows.slice(0, take).map(withoutSecret);
    const last = items.at(-1);
    return { items, next: rows.length > take && last ? encodeCursor([last.id]) : null };
  }

  private async issue(
    tx: Tx,
    ctx: RequestContext,
    made: { account: Account; name: string; scopes: readonly string[]; expiresAt: Date | null },
  ) {
    const { account, ...rest } = made;
    const token = await this.tokens.issue(tx, ctx, {
      organizationId: ctx.organizationId,
      principalId: account.id,
      createdBy: ctx.principal.id,
      ...rest,
    });
    const row = await this.tokens.find(tx, token);
    return { token, apiToken: withoutSecret(row) };
  }

  /** Within what the caller's own credential may, and within what the account may do at all. */
  private async allowedScopes(ctx: RequestContext, account: Account, wanted: readonly string[]): Promise<string[]> {
    const scopes = scopesOf(wanted);
    if (ctx.scopes !== undefined && !ctx.scopes.includes(ALL_SCOPES)) {
      const beyond = scopes.find((scope) => !ctx.scopes?.includes(scope));
      if (beyond !== undefined) throw scopesInvalid(`Your own token does not have the scope "${beyond}".`);
    }
    const { scopes: _, ...unlimited } = ctx;
    const theirs: RequestContext = {
      ...unlimited,
      principal: { id: account.id, handle: account.handle, kind: account.kind as RequestContext['principal']['kind'] },
    };
    for (const scope of scopes) {
      if (scope === ALL_SCOPES || scope === 'token.own') continue;
      const seen = await this.access.visibility(theirs, scope as Action);
      if (!seen.all && seen.teamIds.length === 0)
        throw scopesInvalid(`${account.handle} may not do "${scope}" anywhere.`);
    }
    return scopes;
  }

  private async maxDays(ctx: RequestContext, account: Account, renewable: boolean): Promise<number | null> {
    const { policy } = await this.prisma.organization.findUniqueOrThrow({ where: { id: ctx.organizationId } });
    const most = maxTokenDays(policy, account.kind);
    return account.kind === 'user' && !renewable ? Math.min(FIRST_TOKEN_DAYS, most ?? FIRST_TOKEN_DAYS) : most;
  }

  /** An administrator lets people in; who is in makes their own, so that nobody acts in another's name unseen. */
  private async refuseSecond(tx: Tx, ctx: RequestContext, account: Account): Promise<void> {
    await tx.$queryRaw`SELECT id FROM principals WHERE id = ${account.id} FOR UPDATE`;
    const live = await tx.apiToken.count({
      where: {
        organizationId: ctx.organizationId,
        principalId: account.id,
        revokedAt: null,
        OR: [{ expiresAt: null }, { expiresAt: { gt: ctx.clock.now() } }],
      },
    });
    if (live > 0) throw tokenNotForOthers(account.handle);
  }

  private async account(ctx: RequestContext, handle: string): Promise<Account> {
    const { organizationId } = ctx;
    const row = await this.prisma.principal.findUnique({
      where: { organizationId_handle: { organizationId, handle } },
    });
    if (!row) throw await this.unknown(ctx, handle);
    if (row.kind !== 'user' && row.kind !== 'service_account') throw noTokensOfThisKind(handle, row.kind);
    return row;
  }

  /** Who may not manage everybody's tokens hears the same of an account that is there and of one that is not. */
  private async unknown(ctx: RequestContext, handle: string): Promise<unknown> {
    await this.access.authorize(ctx, 'token.manage');
    return notFound('account', handle);
  }

  /** FORBIDDEN with the right reason. */
  private async notTheirs(ctx: RequestContext, account: Account): Promise<unknown> {
    const own = account.id === ctx.principal.id && account.kind === 'user';
    await this.access.authorize(ctx, own ? 'token.own' : 'token.manage');
    return tokenNotForOthers(account.handle);
  }

  /** The token and its account, or NOT_FOUND when it is none of the caller's business. */
  private async managed(ctx: RequestContext, id: string) {
    const token = await this.prisma.apiToken.findFirst({ where: { id, organizationId: ctx.organizationId } });
    const account = token && (await this.prisma.principal.findUnique({ where: { id: token.principalId } }));
    const standing = account && (await this.ownership.standing(ctx, account));
    if (!token || !account || !standing) throw notFound('token', id);
    return { token, account, standing };
  }
}

/** As long a life as the old one had. */
function lifeAgain(old: { createdAt: Date; expiresAt: Date | null }, now: Date): Date | null {
  if (old.expiresAt === null) return null;
  return new Date(now.getTime() + Math.max(old.expiresAt.getTime() - old.createdAt.getTime(), HOUR_MS));
}

/** What may leave this lib: everything but the digest. */
function withoutSecret<T extends { sha256: string }>(row: T): Omit<T, 'sha256'> {
  const { sha256: _, ...rest } = row;
  return rest;
}
