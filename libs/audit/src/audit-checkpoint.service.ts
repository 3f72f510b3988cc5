import { Injectable } from '@nestjs/common';
import type { RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import { type AuditCheckpoint, type AuditPublicKey, checkpointBytes } from '@rollcall/schema';
import { AuditSigner } from './audit-signer.port.js';

/** Signs where the chain stands: what is behind a checkpoint cannot be cut off or rewritten unnoticed any more. */
@Injectable()
export class AuditCheckpoints {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly signer: AuditSigner,
  ) {}

  /** The checkpoint of the newest event, signed now unless it was before; null while there are no events. For jobs and exports. */
  async sign(ctx: RequestContext): Promise<AuditCheckpoint | null> {
    const { organizationId } = ctx;
    const last = await this.prisma.auditEvent.findFirst({
      where: { organizationId },
      orderBy: { sequence: 'desc' },
      select: { sequence: true, hash: true },
    });
    if (!last) return null;
    const where = { organizationId, sequence: last.sequence };
    const present = await this.prisma.auditCheckpoint.findFirst({ where });
    if (present) return toCheckpoint(present);
    const at = ctx.clock.now();
    const { keyId, publicKey } = this.signer;
    const statement = {
      organizationId,
      sequence: Number(last.sequence),
      hash: last.hash,
      at: at.toISOString(),
      keyId,
    };
    const signature = this.signer.sign(checkpointBytes(statement));
    await this.transactions.run(async (tx) => {
      const skipDuplicates = true;
      await tx.auditKey.createMany({ data: [{ organizationId, keyId, publicKey, firstUsedAt: at }], skipDuplicates });
      const row = { organizationId, sequence: last.sequence, hash: last.hash, at, keyId, signature };
      await tx.auditCheckpoint.createMany({ data: [row], skipDuplicates });
    });
    // another replica may have been first: there is one checkpoint for one event
    return toCheckpoint(await this.prisma.auditCheckpoint.findFirstOrThrow({ where }));
  }

  /** Every key that ever signed for the organization, and the one that signs now. */
  async keys(organizationId: string): Promise<AuditPublicKey[]> {
    const rows = await this.prisma.auditKey.findMany({ where: { organizationId }, orderBy: { firstUsedAt: 'asc' } });
    const keys = rows.map(({ keyId, publicKey }) => ({ keyId, publicKey }));
    const { keyId, publicKey } = this.signer;
    return keys.some((key) => key.keyId === keyId) ? keys : [...keys, { keyId, publicKey }];
  }
}

/** A stored checkpoint as it was signed. */
export function toCheckpoint(row: {
  organizationId: string;
  sequence: bigint;
  hash: string;
  at: Date;
  keyId: string;
  signature: string;
}): AuditCheckpoint {
  const { organizationId, hash, keyId, signature } = row;
  return { organizationId, sequence: Number(row.sequence), hash, at: row.at.toISOString(), keyId, signature };
}
