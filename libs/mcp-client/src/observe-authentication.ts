import type { InspectionOptions, InspectionTarget, ObservedAuthentication } from './inspection.js';
import { judgeResourceMetadata, type MetadataVerdict } from './resource-metadata.js';
import type { SessionTape } from './session-tape.js';

/** Metadata is a small document of a server that answered a moment ago. */
const METADATA_MS = 3_000;

type Visited = { target: InspectionTarget; options: InspectionOptions; tape: SessionTape; listed: boolean };

/** What the server demanded, and whether a client could find out how to satisfy it. */
export async function observeAuthentication(
  { target, options, tape, listed }: Visited,
  room: { timeoutMs: number; signal: AbortSignal },
): Promise<ObservedAuthentication | null> {
  if (target.transport === 'stdio') return null;
  if (tape.challenge === null) {
    const anonymous = Object.keys(target.headers ?? {}).length === 0;
    return listed && anonymous ? { required: false, wwwAuthenticate: null, resourceMetadata: null } : null;
  }
  const { wwwAuthenticate } = tape.challenge;
  const challenge = { required: true, wwwAuthenticate: wwwAuthenticate === null ? null : tape.redact(wwwAuthenticate) };
  if (wwwAuthenticate === null) {
    tape.issue('CHALLENGE_MISSING', 'HTTP 401 without WWW-Authenticate: clients cannot find the authorization server.');
  }
  // behind a Unix socket there is no origin whose well-known places a client could ask
  if (target.transport === 'unix' || room.timeoutMs === 0) return { ...challenge, resourceMetadata: null };
  const { network, resolve, ca } = options;
  const { verdict, reason }: MetadataVerdict = await judgeResourceMetadata({
    endpoint: new URL(target.url),
    wwwAuthenticate,
    network,
    timeoutMs: Math.min(METADATA_MS, room.timeoutMs),
    signal: room.signal,
    ...(resolve === undefined ? {} : { resolve }),
    ...(ca === undefined ? {} : { ca }),
  });
  if (reason !== null) tape.issue(`RESOURCE_METADATA_${verdict.toUpperCase()}`, reason);
  return { ...challenge, resourceMetadata: verdict };
}
