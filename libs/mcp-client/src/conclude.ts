import { SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import type { InspectionOutcome } from './inspection.js';
import type { ListReading } from './read-offer.js';
import type { SessionTape, Trip } from './session-tape.js';

/** Why no session came to be, or why it broke: what we know from the socket first, then HTTP, then what the SDK thinks. */
export function concludeFailure(tape: SessionTape, cause: unknown, processEnded: string | null): Trip {
  if (tape.trip !== null) return tape.trip;
  if (processEnded !== null) {
    return { outcome: 'unreachable', detail: `The server ended before it answered (${processEnded}).` };
  }
  const http = tape.lastHttp === null ? null : concludeHttp(tape.lastHttp.status);
  if (http !== null) return http;
  if (cause instanceof SdkError && cause.code === SdkErrorCode.RequestTimeout) {
    return { outcome: 'timeout', detail: 'The server did not answer in time.' };
  }
  const said = cause instanceof Error ? cause.message : String(cause);
  return { outcome: 'protocol_violation', detail: tape.redact(said).slice(0, 500) };
}

function concludeHttp(status: number): Trip | null {
  if (status === 401) return { outcome: 'auth_required', detail: 'The server asks for credentials (HTTP 401).' };
  if (status === 403) return { outcome: 'forbidden', detail: 'The server denies access (HTTP 403).' };
  if (status === 429) return { outcome: 'unreachable', detail: 'The server limits our rate (HTTP 429).' };
  if (status === 408 || status === 504) return { outcome: 'timeout', detail: `The server gave up (HTTP ${status}).` };
  if (status >= 500) return { outcome: 'unreachable', detail: `The server failed (HTTP ${status}).` };
  if ([404, 405, 410].includes(status)) {
    return { outcome: 'unreachable', detail: `Nothing speaks MCP at this URL (HTTP ${status}).` };
  }
  return null;
}

/** What reading the lists says about a server that did connect; the worst reading decides. */
export function concludeReadings(tape: SessionTape, readings: readonly ListReading[]): Trip | null {
  const failures = readings.filter((reading) => reading.members === null);
  const broken = failures.find((reading) => reading.because === 'transport');
  if (broken !== undefined) return softened(concludeFailure(tape, broken.cause, null));
  const issue = tape.issues.at(-1)?.message ?? null;
  const violated =
    failures.some((reading) => reading.because === 'protocol') ||
    readings.some((reading) => reading.members !== null && reading.malformed);
  if (violated) return { outcome: 'protocol_violation', detail: issue ?? 'A list broke the protocol.' };
  return failures.length > 0 ? { outcome: 'degraded', detail: issue ?? 'A list could not be read.' } : null;
}

/** A server that negotiated but fails on a list is there, only not well: health includes the lists. */
function softened(trip: Trip): Trip {
  const soft: InspectionOutcome = trip.outcome === 'unreachable' ? 'degraded' : trip.outcome;
  return { outcome: soft, detail: trip.detail };
}
