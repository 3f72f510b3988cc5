import { type Tx, withAdvisoryLock } from '@rollcall/persistence';

/** Where drift is looked for. */
type Place = { versionId: string; environmentId: string | null };
/** A place, and the two contracts that differ there. */
type Seen = { version: { id: string }; environmentId: string | null; approvedDigest: string; observedDigest: string };

/** One writer at a time per version and environment. */
export function lockPlace(tx: Tx, { versionId, environmentId }: Place): Promise<void> {
  return withAdvisoryLock(tx, `drift:${versionId}:${environmentId ?? ''}`);
}

/** The open finding of a place, or null. */
export function openAt(tx: Tx, { version, environmentId }: Pick<Seen, 'version' | 'environmentId'>) {
  return tx.driftFinding.findFirst({ where: { versionId: version.id, environmentId, status: 'open' } });
}

/** Whether a person has said of exactly these two contracts at this place that the difference is known. */
export async function isDismissed(tx: Tx, seen: Seen): Promise<boolean> {
  const { version, environmentId, approvedDigest, observedDigest } = seen;
  const where = { versionId: version.id, environmentId, approvedDigest, observedDigest, status: 'dismissed' };
  return (await tx.driftFinding.count({ where })) > 0;
}
