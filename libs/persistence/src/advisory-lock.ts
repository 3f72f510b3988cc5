import type { Tx } from './transaction.js';

/** Waits for the lock of this name and holds it until the transaction ends; names are hashed to 64 bits. */
export async function withAdvisoryLock(tx: Tx, key: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
}

/** Like {@link withAdvisoryLock} without waiting: false when somebody else holds it. */
export async function tryAdvisoryLock(tx: Tx, key: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ held: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${key}, 0)) AS held`;
  return rows[0]?.held ?? false;
}
