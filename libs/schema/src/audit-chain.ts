import { canonicalJson, sha256Hex } from '@rollcall/contract';
import type { JsonObject } from '@rollcall/kernel';

/** One audit event as it is hashed: everything but its own hash. `at` is ISO 8601 in UTC with milliseconds. */
export type AuditRecord = {
  organizationId: string;
  /** Starts at 1, without gaps, within one organization. */
  sequence: number;
  id: string;
  at: string;
  actorId: string;
  actorHandle: string;
  action: string;
  subject: string;
  /** `done` or `denied`. */
  outcome: string;
  requestId: string;
  data: JsonObject;
  /** Hash of the event before it; {@link GENESIS_HASH} for the first. */
  previousHash: string;
};

/** An audit event with the hash that seals it. */
export type ChainedAuditEvent = AuditRecord & { hash: string };

/** What verification found: the whole chain holds up to `head`, or the first event that does not, and why. */
export type AuditChainVerdict =
  | { ok: true; length: number; head: string }
  | { ok: false; sequence: number; reason: string };

/** The previous hash of the first event of an organization: 64 zeros. */
export const GENESIS_HASH = '0'.repeat(64);

/** SHA-256 in lower-case hex over the RFC 8785 form of all fields of the event but its hash. */
export function auditHash(event: AuditRecord): string {
  // Named one by one: a property that happens to be on the object must not become part of what is sealed.
  const sealed: AuditRecord = {
    organizationId: event.organizationId,
    sequence: event.sequence,
    id: event.id,
    at: event.at,
    actorId: event.actorId,
    actorHandle: event.actorHandle,
    action: event.action,
    subject: event.subject,
    outcome: event.outcome,
    requestId: event.requestId,
    data: event.data,
    previousHash: event.previousHash,
  };
  return sha256Hex(canonicalJson(sealed));
}

/**
 * Verifies the chain of one organization from its first event, in the given order. Any edited, removed, inserted or
 * reordered event is found; a cut-off end is not, so compare `head` and `length` with what was noted before.
 */
export function verifyAuditChain(events: readonly ChainedAuditEvent[]): AuditChainVerdict {
  let head = GENESIS_HASH;
  const organizationId = events[0]?.organizationId;
  for (const [index, event] of events.entries()) {
    const reason = findBreak(event, { sequence: index + 1, previousHash: head, organizationId });
    if (reason !== null) return { ok: false, sequence: index + 1, reason };
    head = event.hash;
  }
  return { ok: true, length: events.length, head };
}

/** What an event must be to stand at its place. */
type Expected = { sequence: number; previousHash: string; organizationId: string | undefined };

/** Why this event cannot stand here, or null. */
export function findBreak(event: ChainedAuditEvent, expected: Expected): string | null {
  if (event.sequence !== expected.sequence) {
    return `Event ${expected.sequence} is missing or out of place: event ${event.sequence} stands there.`;
  }
  if (event.organizationId !== expected.organizationId) return 'The event belongs to another organization.';
  if (event.previousHash !== expected.previousHash) return 'The event does not follow the one before it.';
  if (event.hash !== auditHash(event)) return 'The event is not what was sealed: its hash does not match its content.';
  return null;
}
