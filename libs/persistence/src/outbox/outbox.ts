import { createHash } from 'node:crypto';
import type { Ids, JsonObject } from '@rollcall/kernel';
import type { Tx } from '../transaction.js';

/** The channel that wakes dispatchers; its payload is empty, the table is the truth. */
export const OUTBOX_CHANNEL = 'rollcall_outbox';

/** What a state change announces. With `key`, the same (organization, topic, key) is written once, however often it is appended. */
export type NewOutboxEvent = {
  organizationId: string;
  topic: string;
  payload: JsonObject;
  key?: string;
};

/** Writes domain events in the transaction of the state change they announce: both are kept or neither. */
export class Outbox {
  constructor(private readonly ids: Ids) {}

  /** Appends and returns the event's id, which is also the idempotency key of the jobs it leads to. */
  async append(tx: Tx, event: NewOutboxEvent): Promise<string> {
    const id = event.key === undefined ? this.ids.next('evt') : keyedId(event, event.key);
    await tx.$executeRaw`
      INSERT INTO outbox (id, organization_id, topic, payload)
      VALUES (${id}, ${event.organizationId}, ${event.topic}, ${JSON.stringify(event.payload)}::jsonb)
      ON CONFLICT (id) DO NOTHING`;
    await tx.$executeRaw`SELECT pg_notify(${OUTBOX_CHANNEL}, '')`; // delivered at commit, never before
    return id;
  }
}

/** Names its organization: a key of one tenant must not swallow the event of another. */
function keyedId(event: NewOutboxEvent, key: string): string {
  const digest = createHash('sha256').update(JSON.stringify([event.organizationId, event.topic, key]));
  return `evt_${digest.digest('hex').slice(0, 40)}`;
}
