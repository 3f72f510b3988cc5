import { ConsoleAuditPageDocument, ConsoleAuditPageEndDocument, type ConsoleAuditPageQuery } from '@rollcall/schema';
import type { Client, CombinedError } from 'urql';

export type AuditRow = ConsoleAuditPageQuery['auditEvents']['edges'][number]['node'];

/** `complete` is false when the chain is longer than one walk may read: `resumeAfter` continues it. */
export type NewestEvents =
  | { ok: true; events: AuditRow[]; complete: boolean; resumeAfter: string | null }
  | { ok: false; error: CombinedError | undefined };

const maxSteps = 100;
const shown = 100;
const fresh = { requestPolicy: 'network-only' } as const;

/**
 * The chain is served oldest first, so the newest page is found by walking its page ends without reading the events,
 * then reading the last two pages. At most 100 steps (10,000 events) in one walk.
 */
export async function readNewestEvents(client: Client, start: string | null): Promise<NewestEvents> {
  let previous: string | null = start;
  let last: string | null = start;
  let complete = false;
  for (let step = 0; step < maxSteps; step += 1) {
    const answer = await client.query(ConsoleAuditPageEndDocument, { after: last }, fresh).toPromise();
    if (answer.data === undefined) return { ok: false, error: answer.error };
    const { hasNextPage, endCursor } = answer.data.auditEvents.pageInfo;
    if (!hasNextPage || endCursor === null) {
      complete = true;
      break;
    }
    previous = last;
    last = endCursor;
  }
  const events: AuditRow[] = [];
  for (const after of previous === last ? [last] : [previous, last]) {
    const answer = await client.query(ConsoleAuditPageDocument, { after }, fresh).toPromise();
    if (answer.data === undefined) return { ok: false, error: answer.error };
    events.push(...answer.data.auditEvents.edges.map((edge) => edge.node));
  }
  events.reverse();
  return { ok: true, events: events.slice(0, shown), complete, resumeAfter: complete ? null : last };
}
