import { type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { lastAdmin, lastMember } from '../identity.errors.js';

/** What teams can own. */
export type OwnedThings = { servers: number; namespaces: number; agents: number };

/** Counts what a team owns; the caller holds the lock of the team. */
export async function ownedBy(tx: Tx, organizationId: string, teamId: string): Promise<OwnedThings> {
  const where = { organizationId, teamId };
  return {
    servers: await tx.server.count({ where }),
    namespaces: await tx.namespace.count({ where }),
    agents: await tx.agent.count({ where }),
  };
}

/** The names and counts of what is owned, for a sentence. */
export const ownedWords = (owned: OwnedThings): string[] =>
  Object.entries(owned).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));

/** Locks teams in the order of their ids until the transaction ends; every change of who is in a team takes this lock. */
export async function lockTeams(tx: Tx, organizationId: string, teamIds: readonly string[]): Promise<void> {
  await tx.$queryRaw`
    SELECT id FROM teams WHERE organization_id = ${organizationId} AND id = ANY(${[...teamIds]}) ORDER BY id FOR UPDATE`;
}

/**
 * Refuses with LAST_MEMBER when the team owns something and nobody enabled but this principal is in it. Takes the lock first: of
 * two who leave at once, the second sees that the first is gone. The trigger `keep_last_member` says the same again.
 */
export async function keepMember(
  tx: Tx,
  organizationId: string,
  { team, without }: { team: { id: string; slug: string }; without: string },
): Promise<void> {
  await lockTeams(tx, organizationId, [team.id]);
  const others = await tx.teamMember.count({
    where: { organizationId, teamId: team.id, principalId: { not: without }, principal: { disabledAt: null } },
  });
  if (others > 0) return;
  if (ownedWords(await ownedBy(tx, organizationId, team.id)).length > 0) throw lastMember(team.slug);
}

/** Refuses with LAST_ADMIN when nobody enabled but this principal is an administrator; one change of administrators at a time. */
export async function keepAdmin(tx: Tx, organizationId: string, without: string): Promise<void> {
  await withAdvisoryLock(tx, `administrators:${organizationId}`);
  const isOne = await tx.roleAssignment.count({ where: { organizationId, principalId: without, role: 'admin' } });
  if (isOne === 0) return;
  const others = await tx.roleAssignment.count({
    where: { organizationId, role: 'admin', principalId: { not: without }, principal: { disabledAt: null } },
  });
  if (others === 0) throw lastAdmin();
}
