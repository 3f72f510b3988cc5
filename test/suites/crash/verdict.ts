import { findRule, type LifecycleState, type Track } from '@rollcall/lifecycle';
import { type ChainedAuditEvent, verifyAuditChain } from '@rollcall/schema';
import type pg from 'pg';

/** A version with every step that is on record for it, oldest first. */
export type Recorded = { id: string; server: string; version: string; track: Track; state: string; steps: Step[] };
type Step = { id: string; from: LifecycleState | null; to: LifecycleState; handle: string };

/** What the story wrote down in advance has no events of its own. */
const HISTORY = 'history';

/** Everything that is on record. */
export async function recorded(database: pg.Client): Promise<Recorded[]> {
  const { rows } = await database.query<Recorded>(`
    SELECT v.id, v.server_name AS server, v.version, v.track, v.state,
      (SELECT json_agg(json_build_object('id', t.id, 'from', t.from_state, 'to', t.to_state, 'handle', t.actor_handle)
        ORDER BY t.at, t.id) FROM transitions t WHERE t.version_id = v.id) AS steps
    FROM server_versions v`);
  return rows;
}

/** Sentences about versions whose steps are not one legal chain from their beginning to their state. */
export function brokenChains(versions: readonly Recorded[]): string[] {
  return versions.flatMap(({ server, version, track, state, steps }) => {
    const name = `${server}@${version}`;
    const road = steps.map((one) => `${one.from ?? 'nothing'}>${one.to}`).join(' ');
    const begins = steps.filter((one) => one.from === null);
    if (begins.length !== 1 || begins[0] !== steps[0]) return [`${name} begins ${begins.length} times: ${road}`];
    if (steps.at(-1)?.to !== state) return [`${name} is ${state} after ${road}`];
    const legal = steps
      .slice(1)
      .every(
        (one, at) => one.from === steps[at]?.to && one.from !== null && findRule(one.from, one.to, track) !== null,
      );
    return legal ? [] : [`${name} took ${road}`];
  });
}

/** Sentences about servers that do not have exactly one latest version although some version is shown. */
export async function wrongLatest(database: pg.Client): Promise<string[]> {
  const { rows } = await database.query<{ name: string; shown: number; latest: number; ended: number }>(`
    SELECT server_name AS name, count(*) FILTER (WHERE state IN ('canary', 'active', 'deprecated'))::int AS shown,
      count(*) FILTER (WHERE is_latest)::int AS latest,
      count(*) FILTER (WHERE is_latest AND state NOT IN ('canary', 'active', 'deprecated'))::int AS ended
    FROM server_versions GROUP BY server_name`);
  return rows
    .filter((one) => one.latest > 1 || (one.shown > 0 && (one.latest !== 1 || one.ended > 0)))
    .map((one) => `${one.name}: ${one.latest} latest of ${one.shown} shown, ${one.ended} of them ended`);
}

/** Whether the audit chain holds, and sentences about steps that are not on it exactly once. */
export async function auditVerdict(database: pg.Client, versions: readonly Recorded[]) {
  const { rows } = await database.query<Omit<ChainedAuditEvent, 'at'> & { at: Date }>(`
    SELECT organization_id AS "organizationId", sequence::int, id, at, actor_id AS "actorId", actor_handle AS "actorHandle",
      action, subject, outcome, request_id AS "requestId", data, previous_hash AS "previousHash", hash
    FROM audit_events ORDER BY sequence`);
  const events = rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  const named = new Map<string, number>();
  const count = (key: string) => named.set(key, (named.get(key) ?? 0) + 1);
  for (const { action, subject, outcome, data } of events) {
    if (outcome !== 'done') continue;
    if (action === 'version.publish') count(subject);
    if (typeof data['transition'] === 'string') count(data['transition']);
    if (Array.isArray(data['versions'])) {
      for (const one of data['versions'] as { transition?: string }[]) if (one.transition) count(one.transition);
    }
  }
  const missing = versions.flatMap(({ server, version, steps }) =>
    steps
      .filter((step) => step.handle !== HISTORY)
      .map((step) => (step.from === null ? `version:${server}@${version}` : step.id))
      .filter((key) => named.get(key) !== 1)
      .map((key) => `${server}@${version}: ${key} is ${named.get(key) ?? 0} times on the audit log`),
  );
  return { chain: verifyAuditChain(events), missing };
}

/** Sentences about steps that were not announced exactly once. */
export async function announcements(database: pg.Client, versions: readonly Recorded[]): Promise<string[]> {
  const { rows } = await database.query<{ key: string }>(`
    SELECT payload->>'transitionId' AS key FROM outbox WHERE topic = 'version.transitioned'
    UNION ALL SELECT payload->>'versionId' FROM outbox WHERE topic = 'version.published'`);
  const said = new Map<string, number>();
  for (const { key } of rows) said.set(key, (said.get(key) ?? 0) + 1);
  return versions.flatMap(({ id, server, version, steps }) =>
    steps
      .filter((step) => step.handle !== HISTORY)
      .map((step) => (step.from === null ? id : step.id))
      .filter((key) => said.get(key) !== 1)
      .map((key) => `${server}@${version}: ${key} was announced ${said.get(key) ?? 0} times`),
  );
}

/** How much still waits: events of the outbox, deliveries of webhooks, versions whose sunset has come. */
export async function waiting(database: pg.Client) {
  const { rows } = await database.query<{ events: number; deliveries: number; due: number; dead: number }>(`
    SELECT (SELECT count(*)::int FROM outbox WHERE dispatched_at IS NULL) AS events,
      (SELECT count(*)::int FROM webhook_deliveries WHERE status = 'pending') AS deliveries,
      (SELECT count(*)::int FROM webhook_deliveries WHERE status = 'dead') AS dead,
      (SELECT count(*)::int FROM server_versions WHERE server_id = 'srv_ending' AND state = 'deprecated') AS due`);
  return rows[0];
}
