import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { MINUTE_MS, type Principal, type PrincipalKind } from '@rollcall/kernel';
import { PrismaService, TransactionRunner, type Tx } from '@rollcall/persistence';
import { isOver, isSecret, isWordOf, newSecret, SESSION_MAX_MS, secretDigest, wordOf } from './session.js';

/** A browser's caller. */
export type SessionOwner = { sessionId: string; organizationId: string; principal: Principal };

/** What a browser is given. */
export type NewSession = { cookie: string; expiresAt: Date };

/** Sessions of browsers. A cookie alone proves nothing: other sites can have it sent, but cannot know the word that goes with it. */
@Injectable()
export class SessionService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly runtime: Runtime,
  ) {}

  /** Begins a session in the caller's transaction. */
  async begin(tx: Tx, owner: { organizationId: string; principalId: string; userAgent: string }): Promise<NewSession> {
    const { clock, ids } = this.runtime;
    const [cookie, now] = [newSecret(), clock.now()];
    const expiresAt = new Date(now.getTime() + SESSION_MAX_MS);
    await tx.session.create({
      data: {
        id: ids.next('ses'),
        organizationId: owner.organizationId,
        principalId: owner.principalId,
        sha256: secretDigest(cookie),
        createdAt: now,
        lastSeenAt: now,
        expiresAt,
        userAgent: owner.userAgent.slice(0, 300),
      },
    });
    return { cookie, expiresAt };
  }

  /** Who the browser is; null unless the word is the cookie's, and the session is not over and its user enabled. */
  async authenticate(cookie: string | undefined, word: string | undefined): Promise<SessionOwner | null> {
    if (!isSecret(cookie) || !isWordOf(cookie, word)) return null;
    const session = await this.find(cookie);
    if (!session) return null;
    const now = this.runtime.clock.now();
    if (now.getTime() - session.lastSeenAt.getTime() > MINUTE_MS) {
      await this.prisma.session.update({ where: { id: session.id }, data: { lastSeenAt: now } });
    }
    return this.ownerOf(session);
  }

  /**
   * The word a page of ours has to send beside the cookie, for a page that was just loaded; null without a session. Only
   * our own pages can read the answer, because no other site may.
   */
  async wordFor(cookie: string | undefined): Promise<string | null> {
    if (!isSecret(cookie)) return null;
    const session = await this.find(cookie);
    return session && (await this.ownerOf(session)) ? wordOf(cookie) : null;
  }

  /** Ends one session, or every session of its user; on the audit log like its beginning. */
  async end(owner: SessionOwner, everywhere: boolean, requestId: string): Promise<void> {
    const { organizationId, principal, sessionId } = owner;
    const one = everywhere ? { principalId: principal.id } : { id: sessionId };
    const endedAt = this.runtime.clock.now();
    await this.transactions.run(async (tx) => {
      const { count } = await tx.session.updateMany({
        where: { organizationId, endedAt: null, ...one },
        data: { endedAt },
      });
      const ctx = { ...this.runtime.systemContext(organizationId, requestId), principal };
      const data = { sessions: count };
      await this.audit.append(tx, ctx, { action: 'session.end', subject: `principal:${principal.handle}`, data });
    });
  }

  /** Deletes what has been over for a day; returns how many. */
  async purge(): Promise<number> {
    const before = new Date(this.runtime.clock.now().getTime() - 2 * SESSION_MAX_MS);
    const [sessions] = await Promise.all([
      this.prisma.session.deleteMany({ where: { expiresAt: { lt: before } } }),
      this.prisma.signInAttempt.deleteMany({ where: { expiresAt: { lt: before } } }),
    ]);
    return sessions.count;
  }

  private async find(cookie: string) {
    const session = await this.prisma.session.findUnique({ where: { sha256: secretDigest(cookie) } });
    return session && !isOver(session, this.runtime.clock.now()) ? session : null;
  }

  private async ownerOf(session: {
    id: string;
    organizationId: string;
    principalId: string;
  }): Promise<SessionOwner | null> {
    const { organizationId, principalId } = session;
    const row = await this.prisma.principal.findFirst({ where: { id: principalId, organizationId, disabledAt: null } });
    if (!row) return null;
    const principal = { id: row.id, kind: row.kind as PrincipalKind, handle: row.handle };
    return { sessionId: session.id, organizationId, principal };
  }
}
