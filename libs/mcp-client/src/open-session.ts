import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { createGuardedFetch, type GuardedFetch, type Resolver } from './guarded-fetch.js';
import type { InspectionTarget, ObservedTransport } from './inspection.js';
import type { NetworkPolicy } from './network-policy.js';
import { type SessionTape, SessionTripped } from './session-tape.js';
import { StdioProcessTransport } from './stdio-transport.js';

/** A connected client, and how to end it. */
export type OpenSession = { client: Client; wire: ObservedTransport; close(): Promise<void> };

/** The SDK said no; `cause` is what it threw, to be judged together with the tape. */
export type FailedSession = { client: null; wire: ObservedTransport; cause: unknown; processEnded: string | null };

export type SessionParts = {
  target: InspectionTarget;
  policy: NetworkPolicy;
  tape: SessionTape;
  deadline: AbortSignal;
  resolve?: Resolver;
};

const CLIENT = { name: 'rollcall-inspector', version: '0.1.0' };
const STDIO_PROBE_MS = 5_000;
const FAREWELL_MS = 1_000;

/**
 * The ladder of the specification: `server/discover`, else `initialize`, else the old HTTP+SSE transport. A 401, 403,
 * 408, 429 or 5xx says nothing about the era and ends the ladder.
 */
export async function openSession(parts: SessionParts): Promise<OpenSession | FailedSession> {
  if (parts.target.transport === 'stdio') return openStdio(parts, parts.target);
  const url = URL.canParse(parts.target.url) ? new URL(parts.target.url) : null;
  if (url === null) {
    parts.tape.end({ outcome: 'refused_by_policy', detail: 'The target is not an absolute URL.' });
    return { client: null, wire: parts.target.transport, cause: parts.tape.trip, processEnded: null };
  }
  const http = { ...parts, url, guarded: createGuardedFetch({ ...parts, signal: parts.deadline }) };
  const session = await climb(http);
  if (session.client === null) await http.guarded.close();
  return session;
}

type HttpParts = SessionParts & { url: URL; guarded: GuardedFetch };

async function climb(parts: HttpParts): Promise<OpenSession | FailedSession> {
  if (parts.target.transport === 'sse') return openSse(parts);
  const first = await openStreamable(parts);
  const answer = parts.tape.lastHttp;
  const { trip } = parts.tape;
  if (first.client !== null || trip !== null || answer === null || !isEraEvidence(answer.status)) return first;
  parts.tape.startAttempt();
  const second = await openSse(parts);
  if (second.client !== null || parts.tape.challenge !== null) return second;
  // Nothing speaks MCP here: what the POST said is the better explanation than what the old transport said.
  parts.tape.trip = null;
  parts.tape.lastHttp = answer;
  return first;
}

function isEraEvidence(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
}

async function openStreamable(parts: HttpParts): Promise<OpenSession | FailedSession> {
  const { guarded, tape, target } = parts;
  const transport = new StreamableHTTPClientTransport(parts.url, {
    // A standing GET stream only carries notifications; an inspection reads lists and leaves. A resumption is let through.
    fetch: async (url, init) =>
      init?.method === 'GET' && !new Headers(init.headers).has('last-event-id')
        ? new Response(null, { status: 405 })
        : guarded.fetch(url, init),
    requestInit: { headers: credentialsOf(target) },
  });
  const client = new Client(CLIENT, { versionNegotiation: { mode: 'auto' } });
  const cause = await connect(client, transport, tape);
  if (cause !== null) return { client: null, wire: 'streamable-http', cause, processEnded: null };
  return {
    client,
    wire: 'streamable-http',
    close: async () => {
      // A legacy server keeps a session for us; ending it is polite, and no verdict depends on it.
      await within(FAREWELL_MS, transport.terminateSession());
      await within(FAREWELL_MS, client.close());
      await guarded.close();
    },
  };
}

async function openSse(parts: HttpParts): Promise<OpenSession | FailedSession> {
  const transport = new SSEClientTransport(parts.url, {
    fetch: parts.guarded.fetch,
    requestInit: { headers: credentialsOf(parts.target) },
  });
  // HTTP+SSE belongs to 2024-11-05: probing for the modern era would only cost time.
  const client = new Client(CLIENT);
  const cause = await connect(client, transport, parts.tape);
  if (cause !== null) return { client: null, wire: 'sse', cause, processEnded: null };
  return {
    client,
    wire: 'sse',
    close: async () => {
      await within(FAREWELL_MS, client.close());
      await parts.guarded.close();
    },
  };
}

async function openStdio(
  parts: SessionParts,
  target: Extract<InspectionTarget, { transport: 'stdio' }>,
): Promise<OpenSession | FailedSession> {
  const timeoutMs = Math.min(STDIO_PROBE_MS, Math.ceil(parts.tape.limits.timeoutMs / 3));
  const first = await tryStdio(
    parts,
    target,
    new Client(CLIENT, { versionNegotiation: { mode: 'auto', probe: { timeoutMs } } }),
  );
  // Some servers exit on any request before `initialize`: that is a legacy server, and it gets a process of its own.
  if (first.client !== null || first.processEnded === null || parts.tape.trip !== null) return first;
  parts.tape.startAttempt();
  return tryStdio(parts, target, new Client(CLIENT));
}

async function tryStdio(
  parts: SessionParts,
  target: Extract<InspectionTarget, { transport: 'stdio' }>,
  client: Client,
): Promise<OpenSession | FailedSession> {
  const transport = new StdioProcessTransport(target, parts.tape);
  const cause = await connect(client, transport, parts.tape);
  const { endedWith } = transport;
  if (cause === null) return { client, wire: 'stdio', close: () => transport.close() };
  await transport.close();
  return { client: null, wire: 'stdio', cause, processEnded: endedWith };
}

/** Null when connected; else what ended the attempt, which is never allowed to outlive the tape's verdict. */
async function connect(client: Client, transport: Transport, tape: SessionTape): Promise<unknown> {
  // Problems outside a request (a stream that broke, a frame nobody understands) are already on the tape.
  client.onerror = () => undefined;
  const connecting = client.connect(transport, { timeout: tape.limits.timeoutMs }).then(
    () => null,
    (error: unknown) => error ?? new Error('The SDK rejected without a reason.'),
  );
  const tripped = tape.tripped.then(() => new SessionTripped(tape.trip ?? { outcome: 'timeout', detail: 'Ended.' }));
  const cause = await Promise.race([connecting, tripped]);
  if (cause !== null) await within(FAREWELL_MS, client.close());
  if (cause !== null) await within(FAREWELL_MS, transport.close());
  return cause;
}

function credentialsOf(target: InspectionTarget): Record<string, string> {
  return target.transport === 'streamable-http' ? (target.headers ?? {}) : {};
}

/** Waits for a farewell at most so long; how a goodbye fails is of no interest to anybody. */
async function within(ms: number, farewell: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([farewell.catch(() => undefined), limit]);
  clearTimeout(timer);
}
