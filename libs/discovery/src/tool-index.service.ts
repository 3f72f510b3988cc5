import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { PrismaService, TransactionRunner, type Tx } from '@rollcall/persistence';
import { ContractStore } from '@rollcall/registry';
import { toolRows } from './tool-rows.js';

/** Versions that one round of healing looks up at once. */
const BATCH = 200;
/** Versions that one run of the job heals; the next run goes on. */
const MOST = 5_000;

/**
 * Keeps the index of tools: what a version's contract offers, copied so that it can be found. The contract that counts is
 * the approved one, else the one seen last.
 */
@Injectable()
export class ToolIndexService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly contracts: ContractStore,
    private readonly runtime: Runtime,
  ) {}

  /** Indexes a version unless its contract is in the index already; true when something was written. */
  async index(versionId: string): Promise<boolean> {
    return this.transactions.run((tx) => this.write(tx, versionId));
  }

  /** Indexes versions whose event was lost or came too early; at most 5,000 in one run. Returns how many it mended. */
  async heal(): Promise<number> {
    let mended = 0;
    let after = '';
    for (let round = 0; round * BATCH < MOST; round++) {
      const stale = await this.stale(after);
      for (const { id } of stale) if (await this.index(id)) mended++;
      if (stale.length < BATCH) break;
      after = stale.at(-1)?.id ?? '';
    }
    return mended;
  }

  private stale(after: string): Promise<{ id: string }[]> {
    return this.prisma.$queryRaw<{ id: string }[]>`
      SELECT v.id FROM server_versions v LEFT JOIN tool_indexes i ON i.version_id = v.id
      WHERE v.id > ${after} AND coalesce(v.approved_contract_digest, v.contract_digest) IS NOT NULL
        AND i.contract_digest IS DISTINCT FROM coalesce(v.approved_contract_digest, v.contract_digest)
      ORDER BY v.id LIMIT ${BATCH}`;
  }

  private async write(tx: Tx, versionId: string): Promise<boolean> {
    // two events of one version at once: the second waits, then sees what the first has written
    const [version] = await tx.$queryRaw<Subject[]>`
      SELECT organization_id AS "organizationId", server_id AS "serverId",
        coalesce(approved_contract_digest, contract_digest) AS digest
      FROM server_versions WHERE id = ${versionId} FOR NO KEY UPDATE`;
    if (!version?.digest) return false;
    const known = await tx.toolIndex.findUnique({ where: { versionId }, select: { contractDigest: true } });
    if (known?.contractDigest === version.digest) return false;
    const contract = await this.contracts.find(version.organizationId, version.digest, tx);
    if (!contract) return false;
    const rows = toolRows(contract);
    const entry = {
      organizationId: version.organizationId,
      serverId: version.serverId,
      contractDigest: version.digest,
      tools: rows.length,
      destructive: rows.filter((row) => row.destructive).length,
      openWorld: rows.filter((row) => row.openWorld).length,
      indexedAt: this.runtime.clock.now(),
    };
    await tx.toolIndex.upsert({ where: { versionId }, create: { versionId, ...entry }, update: entry });
    await tx.indexedTool.deleteMany({ where: { versionId } });
    const { organizationId, serverId, contractDigest } = entry;
    await tx.indexedTool.createMany({
      data: rows.map((row) => ({ ...row, versionId, organizationId, serverId, contractDigest })),
    });
    return true;
  }
}

type Subject = { organizationId: string; serverId: string; digest: string | null };
