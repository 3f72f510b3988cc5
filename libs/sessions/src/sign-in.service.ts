import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { PrismaService, TransactionRunner, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { OidcProvider, SignInSettings, type VouchedIdentity } from './oidc.adapter.js';
import { ATTEMPT_MS, isSecret, newSecret, ownPath, secretDigest } from './session.js';
import { type NewSession, SessionService } from './session.service.js';
import { accountUnknown, signInExpired, signInUnavailable } from './sessions.errors.js';

/** Somebody who came back from the provider. `browser` is the cookie the sign-in was begun with. */
export type SignInReturn = {
  query: URLSearchParams;
  browser: string | undefined;
  userAgent: string;
  requestId: string;
};

type Known = { id: string; handle: string };

/** Signing in through the organization's identity provider. */
@Injectable()
export class SignInService {
  private readonly provider: OidcProvider | null;

  constructor(
    private readonly settings: SignInSettings,
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly sessions: SessionService,
    private readonly runtime: Runtime,
  ) {
    this.provider = settings.options ? new OidcProvider(settings.options) : null;
  }

  /** Whether there is a provider to sign in with. */
  get available(): boolean {
    return this.provider !== null;
  }

  /** Remembers the attempt; returns where the browser goes and what it has to bring back. */
  async begin(returnTo: string | undefined): Promise<{ url: string; browser: string }> {
    if (!this.provider) throw signInUnavailable();
    const organizationId = await this.organization();
    const [state, browser] = [newSecret(), newSecret()];
    const { url, codeVerifier, nonce } = await this.provider.begin(state);
    await this.prisma.signInAttempt.create({
      data: {
        stateSha256: secretDigest(state),
        organizationId,
        browserSha256: secretDigest(browser),
        codeVerifier,
        nonce,
        returnTo: ownPath(returnTo),
        expiresAt: new Date(this.runtime.clock.now().getTime() + ATTEMPT_MS),
      },
    });
    return { url, browser };
  }

  /** Ends the attempt, whatever comes of it, and begins a session for the user the provider vouches for. */
  async complete(back: SignInReturn): Promise<{ session: NewSession; returnTo: string }> {
    if (!this.provider) throw signInUnavailable();
    const state = back.query.get('state') ?? undefined;
    const attempt = await this.take(state, back.browser);
    const { codeVerifier, nonce, organizationId, returnTo } = attempt;
    const identity = await this.provider.complete(back.query, { state: state ?? '', codeVerifier, nonce });
    const session = await this.transactions.run(async (tx) => {
      // two first sign-ins of one person at once must not make two users
      await withAdvisoryLock(tx, `sign-in:${identity.issuer} ${identity.subject}`);
      const user = await this.userOf(tx, organizationId, identity);
      const ctx = {
        ...this.runtime.systemContext(organizationId, back.requestId),
        principal: { ...user, kind: 'user' as const },
      };
      await this.audit.append(tx, ctx, {
        action: 'session.begin',
        subject: `principal:${user.handle}`,
        data: { issuer: identity.issuer },
      });
      return this.sessions.begin(tx, { organizationId, principalId: user.id, userAgent: back.userAgent });
    });
    return { session, returnTo };
  }

  /** One use: deleting is finding. */
  private async take(state: string | undefined, browser: string | undefined) {
    if (!isSecret(state) || !isSecret(browser)) throw signInExpired();
    const stateSha256 = secretDigest(state);
    const attempt = await this.prisma.signInAttempt.findUnique({ where: { stateSha256 } });
    const { count } = await this.prisma.signInAttempt.deleteMany({ where: { stateSha256 } });
    if (!attempt || count === 0 || attempt.browserSha256 !== secretDigest(browser)) throw signInExpired();
    if (attempt.expiresAt <= this.runtime.clock.now()) throw signInExpired();
    return attempt;
  }

  /** The linked user, else the one with the verified address, else a new member where that is allowed. */
  private async userOf(tx: Tx, organizationId: string, identity: VouchedIdentity): Promise<Known> {
    const { issuer, subject, email } = identity;
    const key = { organizationId_issuer_subject: { organizationId, issuer, subject } };
    const link = await tx.externalIdentity.findUnique({ where: key });
    const enabled = { organizationId, kind: 'user', disabledAt: null };
    if (link) {
      const user = await tx.principal.findFirst({ where: { ...enabled, id: link.principalId } });
      if (!user) throw accountUnknown();
      return user;
    }
    const user = (await this.byAddress(tx, enabled, email)) ?? (await this.create(tx, organizationId, identity));
    const linkedAt = this.runtime.clock.now();
    await tx.externalIdentity.create({ data: { organizationId, issuer, subject, principalId: user.id, linkedAt } });
    return user;
  }

  /** Two users with one address: nobody can say which is meant. */
  private async byAddress(tx: Tx, enabled: object, email: string | null): Promise<Known | null> {
    if (email === null) return null;
    const users = await tx.principal.findMany({
      where: { ...enabled, email: { equals: email, mode: 'insensitive' } },
      take: 2,
    });
    return users.length === 1 ? (users[0] ?? null) : null;
  }

  private async create(tx: Tx, organizationId: string, identity: VouchedIdentity): Promise<Known> {
    const { email, name, subject } = identity;
    if (this.settings.options?.unknownUsers !== 'create' || email === null) throw accountUnknown();
    const taken = await tx.principal.findFirst({
      where: { organizationId, email: { equals: email, mode: 'insensitive' } },
    });
    // a disabled or doubled account is not come round by making another one
    if (taken) throw accountUnknown();
    const { clock, ids } = this.runtime;
    const stem = (email.split('@')[0] ?? '')
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '');
    const handle = `${stem.slice(0, 40) || 'user'}-${secretDigest(subject).slice(0, 6)}`;
    const user = { id: ids.next('prn'), organizationId, kind: 'user', handle, displayName: name ?? email, email };
    await tx.principal.create({ data: { ...user, createdAt: clock.now() } });
    await tx.roleAssignment.create({ data: { organizationId, principalId: user.id, role: 'member' } });
    await this.audit.append(tx, this.runtime.systemContext(organizationId), {
      action: 'user.create',
      subject: `principal:${handle}`,
      data: { email, by: 'sign-in' },
    });
    return user;
  }

  private async organization(): Promise<string> {
    const slug = this.settings.options?.organization;
    const rows = await this.prisma.organization.findMany({
      ...(slug === undefined ? {} : { where: { slug } }),
      select: { id: true },
      take: 2,
    });
    const [only, second] = rows;
    // with several organizations an operator says which one the provider belongs to
    if (!only || second) throw signInUnavailable();
    return only.id;
  }
}
