import { parseStrict } from '@rollcall/contract';
import { isJsonObject } from '@rollcall/kernel';
import {
  type ChainedAuditEvent,
  CliAuditEventsDocument,
  type CliAuditEventsQuery,
  CliViewerDocument,
} from '@rollcall/schema';
import { z } from 'zod';
import type { ControlPlane } from './connection/control-plane.js';
import { usage } from './errors/failure.js';

const PAGE = 100;

const jsonObject = z.custom<ChainedAuditEvent['data']>(isJsonObject, 'must be a JSON object');
const eventSchema = z.object({
  organizationId: z.string(),
  sequence: z.number().int(),
  id: z.string(),
  at: z.string(),
  actorId: z.string(),
  actorHandle: z.string(),
  action: z.string(),
  subject: z.string(),
  outcome: z.string(),
  requestId: z.string(),
  data: jsonObject,
  previousHash: z.string(),
  hash: z.string(),
});

/** Every event of the caller's organization, oldest first, page by page. */
export async function fetchAuditEvents(plane: ControlPlane): Promise<ChainedAuditEvent[]> {
  const { viewer } = await plane.execute(CliViewerDocument, {});
  const organizationId = viewer.organization.id;
  const events: ChainedAuditEvent[] = [];
  let after: string | null = null;
  do {
    const page: CliAuditEventsQuery = await plane.execute(CliAuditEventsDocument, { first: PAGE, after });
    for (const { node } of page.auditEvents.edges) events.push(toEvent({ ...node, organizationId }));
    const { hasNextPage, endCursor }: CliAuditEventsQuery['auditEvents']['pageInfo'] = page.auditEvents.pageInfo;
    if (hasNextPage && (endCursor === null || endCursor === after))
      throw new Error('the page has a next one but no cursor');
    after = hasNextPage ? endCursor : null;
  } while (after !== null);
  return events;
}

/** Reads an export: one event on each line. The line of whatever is not an event is named. */
export function parseAuditExport(text: string): ChainedAuditEvent[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => {
    const parsed = parseStrict(line);
    const event = parsed.ok ? eventSchema.safeParse(parsed.value) : null;
    if (event?.success) return event.data;
    const reason = parsed.ok ? 'it lacks a field of an event, or one has the wrong type' : parsed.error.message;
    throw usage(
      `Line ${index + 1} is not an audit event: ${reason}`,
      'Export again with rollcall audit export.',
      'NOT_AN_EXPORT',
    );
  });
}

/** One event on each line, with a final line feed. */
export function auditExportText(events: readonly ChainedAuditEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

/** Only the fields of an event, in one order, whatever the transport added. */
function toEvent(value: { [key: string]: unknown }): ChainedAuditEvent {
  return eventSchema.parse(value);
}
