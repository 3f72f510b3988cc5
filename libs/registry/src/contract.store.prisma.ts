import { Injectable } from '@nestjs/common';
import type { Contract } from '@rollcall/contract';
import { PrismaService, type Tx } from '@rollcall/persistence';

/** Content-addressed contracts: the same contract is stored once per organization and never changes. */
@Injectable()
export class ContractStore {
  constructor(private readonly prisma: PrismaService) {}

  async save(tx: Tx, organizationId: string, contract: Contract, at: Date): Promise<void> {
    await tx.contractSnapshot.createMany({
      data: {
        organizationId,
        digest: contract.digest,
        contract: contract as object,
        toolCount: contract.members.filter((member) => member.kind === 'tool').length,
        createdAt: at,
      },
      skipDuplicates: true,
    });
  }

  /** The contract of that digest in this organization, or null. */
  async find(organizationId: string, digest: string, tx: Tx = this.prisma): Promise<Contract | null> {
    const row = await tx.contractSnapshot.findUnique({ where: { organizationId_digest: { organizationId, digest } } });
    return row ? (row.contract as unknown as Contract) : null;
  }

  /** Many at once, by digest. */
  async findMany(
    organizationId: string,
    digests: readonly string[],
    tx: Tx = this.prisma,
  ): Promise<Map<string, Contract>> {
    const rows = await tx.contractSnapshot.findMany({ where: { organizationId, digest: { in: [...digests] } } });
    return new Map(rows.map((row) => [row.digest, row.contract as unknown as Contract]));
  }
}
