import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import type { JsonObject, Principal, RequestContext } from '@rollcall/kernel';
import { TransactionRunner, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { accountDisabled, namespaceUnclaimed, proofFailed } from './proofs.errors.js';

/** A proof that was verified outside: what it covers and what is remembered of it. */
export type VerifiedProof = {
  method: 'dns' | 'http' | 'github' | 'none';
  /** The domain or account that was proved. */
  subject: string;
  /** Namespaces the proof covers by name. */
  namespaces: readonly string[];
  /** Everything below them too. */
  below: boolean;
  /** Counts once: its digest is kept until `expiresAt`. */
  once?: { digest: string; expiresAt: Date };
  /** Kept beside each namespace it proves; absent: the proof marks none. */
  detail?: JsonObject;
};

type NamespaceRow = { id: string; name: string; teamId: string; proof: string };

/** Turns verified proofs into principals of the organization. */
@Injectable()
export class ProofAccountRecords {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly runtime: Runtime,
  ) {}

  /**
   * The service account that acts for this proof: made on first use, and developer of exactly the teams whose namespaces the
   * proof covers. Refuses with PROOF_FAILED (shown before), NAMESPACE_UNCLAIMED or ACCOUNT_DISABLED.
   */
  async enter(organizationId: string, requestId: string, proof: VerifiedProof): Promise<Principal> {
    const ctx = this.runtime.systemContext(organizationId, requestId);
    // committed by itself: a proof stays used also when it then leads nowhere
    if (proof.once) await this.useOnce(ctx, proof.once);
    return this.transactions.run(async (tx) => {
      await withAdvisoryLock(tx, `proof:${organizationId}:${proof.method}:${proof.subject}`);
      const namespaces = await this.covered(tx, organizationId, proof);
      if (namespaces.length === 0) throw namespaceUnclaimed(proof.namespaces);
      const principal = await this.account(tx, ctx, proof);
      await this.revokeTokens(tx, ctx, principal);
      await this.joinTeams(tx, ctx, principal, new Set(namespaces.map((row) => row.teamId)));
      await this.markProved(tx, { ...ctx, principal }, proof, namespaces);
      return principal;
    });
  }

  private async useOnce(ctx: RequestContext, { digest, expiresAt }: { digest: string; expiresAt: Date }) {
    const { organizationId } = ctx;
    const fresh = await this.transactions.run(async (tx) => {
      await tx.usedProof.deleteMany({ where: { organizationId, expiresAt: { lte: ctx.clock.now() } } });
      return tx.usedProof.createMany({ data: [{ digest, organizationId, expiresAt }], skipDuplicates: true });
    });
    if (fresh.count === 0) {
      throw proofFailed('This signed timestamp was used before.', 'Sign the current time and send it once.');
    }
  }

  private covered(tx: Tx, organizationId: string, proof: VerifiedProof): Promise<NamespaceRow[]> {
    const exact = { name: { in: [...proof.namespaces] } };
    const below = proof.below ? proof.namespaces.map((name) => ({ name: { startsWith: `${name}.` } })) : [];
    return tx.namespace.findMany({ where: { organizationId, OR: [exact, ...below] }, orderBy: { name: 'asc' } });
  }

  private async account(tx: Tx, ctx: RequestContext, { method, subject }: VerifiedProof): Promise<Principal> {
    const { organizationId } = ctx;
    const key = { organizationId_method_subject: { organizationId, method, subject } };
    const known = await tx.proofAccount.findUnique({ where: key });
    if (known) {
      const row = await tx.principal.findFirstOrThrow({ where: { id: known.principalId, organizationId } });
      if (row.disabledAt !== null) throw accountDisabled(row.handle);
      return { id: row.id, kind: 'service_account', handle: row.handle };
    }
    const id = ctx.ids.next('prn');
    const wanted = `${method}:${subject}`;
    // somebody may have given this handle to an account of their own: that account is never the one behind a proof
    const taken = await tx.principal.findFirst({ where: { organizationId, handle: wanted } });
    const handle = taken ? `${wanted}#${id.slice(-6).toLowerCase()}` : wanted;
    const now = ctx.clock.now();
    const data = { id, organizationId, kind: 'service_account', handle, displayName: `Proof of ${subject}` };
    await tx.principal.create({ data: { ...data, createdAt: now } });
    await tx.proofAccount.create({ data: { organizationId, method, subject, principalId: id, createdAt: now } });
    await this.audit.append(tx, ctx, {
      action: 'proof_account.create',
      subject: `principal:${handle}`,
      data: { method, subject },
    });
    return { id, kind: 'service_account', handle };
  }

  /** Only a proof lets this account in: a token made for it earlier would grow with each team that it joins. */
  private async revokeTokens(tx: Tx, ctx: RequestContext, principal: Principal) {
    const where = { organizationId: ctx.organizationId, principalId: principal.id, revokedAt: null };
    const { count } = await tx.apiToken.updateMany({ where, data: { revokedAt: ctx.clock.now() } });
    if (count === 0) return;
    const subject = `principal:${principal.handle}`;
    await this.audit.append(tx, ctx, { action: 'proof_account.tokens_revoked', subject, data: { count } });
  }

  /** Memberships follow the namespaces: one that was handed to another team is no longer within reach. */
  private async joinTeams(tx: Tx, ctx: RequestContext, principal: Principal, teamIds: ReadonlySet<string>) {
    const { organizationId } = ctx;
    const mine = { organizationId, principalId: principal.id };
    const present = await tx.teamMember.findMany({ where: mine });
    const joined = [...teamIds].filter((teamId) => !present.some((row) => row.teamId === teamId));
    const lost = present.map((row) => row.teamId).filter((teamId) => !teamIds.has(teamId));
    const left = lost.length === 0 ? [] : await this.othersRemain(tx, mine, lost);
    if (joined.length === 0 && left.length === 0) return;
    await tx.teamMember.createMany({ data: joined.map((teamId) => ({ ...mine, teamId, role: 'developer' })) });
    await tx.teamMember.deleteMany({ where: { ...mine, teamId: { in: left } } });
    await this.audit.append(tx, ctx, {
      action: 'proof_account.teams',
      subject: `principal:${principal.handle}`,
      data: { joined, left },
    });
  }

  /** A team is never left without a member: there the account stays, and its tokens name only what it proved. */
  private async othersRemain(tx: Tx, mine: { organizationId: string; principalId: string }, teamIds: string[]) {
    const { organizationId, principalId } = mine;
    await tx.$queryRaw`
      SELECT id FROM teams WHERE organization_id = ${organizationId} AND id = ANY(${teamIds}) ORDER BY id FOR UPDATE`;
    const others = await tx.teamMember.findMany({
      where: {
        organizationId,
        teamId: { in: teamIds },
        principalId: { not: principalId },
        principal: { disabledAt: null },
      },
      distinct: ['teamId'],
    });
    return others.map((row) => row.teamId);
  }

  private async markProved(tx: Tx, ctx: RequestContext, proof: VerifiedProof, namespaces: readonly NamespaceRow[]) {
    if (!proof.detail) return;
    const { organizationId } = ctx;
    const data = { proof: proof.method, proofDetail: proof.detail, provedAt: ctx.clock.now() };
    const ids = namespaces.map((row) => row.id);
    await tx.namespace.updateMany({ where: { organizationId, id: { in: ids } }, data });
    for (const { name } of namespaces.filter((row) => row.proof !== proof.method)) {
      await this.audit.append(tx, ctx, {
        action: 'namespace.prove',
        subject: `namespace:${name}`,
        data: { method: proof.method, ...proof.detail },
      });
    }
  }
}
