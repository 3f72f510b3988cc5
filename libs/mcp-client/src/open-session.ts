import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import type { Clock } from '@rollcall/kernel';
import { createGuardedFetch, type GuardedFetch } from './guarded-fetch.js';
import type { EraVerdict, InspectionOptions, InspectionTarget, ObservedTransport } from './inspection.js';
import { INSPECTOR } from './inspector-identity.js';
import { type SessionTape, SessionTripped } from './session-tape.js';
import { StdioProcessTransport } from './stdio-transport.js';
import { WebSocketTransport } from './websocket-transport.js';

/** A connected client, and how to end it. `rememberedSince`: the prior verdict of then held, and nothing was probed. */
export type OpenSession = { client: Client; wire: ObservedTransport; rememberedSince?: string; close(): Promise<void> };

/** The SDK said no; `cause` is what it threw, to be judged together with the tape. */
export type FailedSession = { client: null; wire: ObservedTransport; cause: unknown; processEnded: string | null };

export type SessionParts = {
  target: InspectionTarget;
  options: InspectionOptions;
  tape: SessionTape;
  deadline: AbortSignal;
};

/** A legacy verdict keeps working against a server that was upgraded since: after this it is asked again. */
const PRIOR_VALID_MS = 86_400_000;
const SILENCE_MS = 5_000;
const FAREWELL_MS = 1_000;
/** An honest server breaks off an answer now and then (2025-03-26, resumability); another one makes us come back for ever. */
const MAX_RESUMPTIONS = 3;
const UNIX_ORIGIN = 'http://localhost';
/** sockaddr_un of Linux; other systems have less, and say so themselves. */
const MAX_SOCKET_PATH = 107;

/**
 * The ladder of the specification: `server/discover`, else `initialize`, else the old HTTP+SSE transport. A 401, 403,
 * 408, 429 or 5xx says nothing about the era and ends the ladder. A server remembered as legacy is asked to `initialize`
 * at once, and the ladder follows when that fails; for the modern era the first rung is the probe, so it costs nothing.
 */
export async function openSession(parts: SessionParts): Promise<OpenSession | FailedSession> {
  const { target, options, tape } = parts;
  const refusal = targetRefusal(target, options.allowUnixSockets ?? false);
  if (refusal !== null) {
    tape.end({ outcome: 'refused_by_policy', detail: refusal });
    return { client: null, wire: target.transport, cause: tape.trip, processEnded: null };
  }
  const { prior = null } = options;
  if (prior !== null && prior.era === 'legacy' && isBelieved(prior, options.clock)) {
    const session = await openEra(parts, legacyClient);
    if (session.client !== null) return { ...session, rememberedSince: prior.checkedAt };
    if (tape.trip !== null || saysNothing(tape.lastHttp?.status ?? 200)) return session;
    tape.startAttempt();
  }
  return openEra(parts, negotiatingClient);
}

/** What an earlier inspection found counts unless it is too long ago, or dated in the future. */
function isBelieved(prior: EraVerdict, clock: Clock): boolean {
  const age = clock.now().getTime() - Date.parse(prior.checkedAt);
  return age >= 0 && age < PRIOR_VALID_MS;
}

/** Makes the client of one rung; `silenceMs` is how long a two-way channel may say nothing to a question of the modern era. */
type ClientOf = (silenceMs?: number) => Client;

const legacyClient: ClientOf = () => new Client(INSPECTOR);
const negotiatingClient: ClientOf = (silenceMs) =>
  new Client(INSPECTOR, {
    versionNegotiation: { mode: 'auto', ...(silenceMs === undefined ? {} : { probe: { timeoutMs: silenceMs } }) },
  });

async function openEra(parts: SessionParts, clientOf: ClientOf): Promise<OpenSession | FailedSession> {
  const { target, tape } = parts;
  if (target.transport === 'stdio') {
    return openChannel(parts, 'stdio', clientOf, () => new StdioProcessTransport(target, tape));
  }
  const url = target.transport === 'unix' ? unixUrl(target) : new URL(target.url);
  const { network, resolve, ca } = parts.options;
  const rules = {
    policy: network,
    tape,
    signal: parts.deadline,
    pins: new Map(),
    ...(resolve === undefined ? {} : { resolve }),
    ...(ca === undefined ? {} : { ca }),
  };
  const headers = target.headers ?? {};
  if (target.transport === 'websocket') {
    return openChannel(parts, 'websocket', clientOf, () => new WebSocketTransport(url, headers, rules));
  }
  const socketPath = target.transport === 'unix' ? { socketPath: target.socketPath } : {};
  const http = { ...parts, url, headers, clientOf, guarded: createGuardedFetch({ ...rules, ...socketPath }) };
  const session = await climb(http);
  if (session.client === null) await http.guarded.close();
  return session;
}

/** Why a target is not dialled whatever the network policy says; null when nothing speaks against it. */
function targetRefusal(target: InspectionTarget, allowUnixSockets: boolean): string | null {
  if (target.transport === 'stdio') return null;
  if (target.transport !== 'unix') return URL.canParse(target.url) ? null : 'The target is not an absolute URL.';
  if (!allowUnixSockets) return 'Unix sockets are not dialled here.';
  const { socketPath, path = '/' } = target;
  const plain = /^\/[^\0]+$/.test(socketPath) && Buffer.byteLength(socketPath) <= MAX_SOCKET_PATH;
  if (!plain) return `A Unix socket is named by an absolute path of at most ${MAX_SOCKET_PATH} bytes.`;
  return path.startsWith('/') && URL.canParse(path, UNIX_ORIGIN)
    ? null
    : 'The path behind a Unix socket begins with /.';
}

function unixUrl({ path = '/mcp' }: Extract<InspectionTarget, { transport: 'unix' }>): URL {
  return new URL(`${UNIX_ORIGIN}${path}`);
}

type HttpParts = SessionParts & {
  url: URL;
  headers: Record<string, string>;
  guarded: GuardedFetch;
  clientOf: ClientOf;
};

async function climb(parts: HttpParts): Promise<OpenSession | FailedSession> {
  if (parts.target.transport === 'sse') return openSse(parts);
  const first = await openStreamable(parts);
  const answer = parts.tape.lastHttp;
  const { trip } = parts.tape;
  if (parts.target.transport === 'unix' || first.client !== null || trip !== null) return first;
  if (answer === null || !isEraEvidence(answer.status)) return first;
  parts.tape.startAttempt();
  const second = await openSse(parts);
  if (second.client !== null || parts.tape.challenge !== null) return second;
  // Nothing speaks MCP here: what the POST said is the better explanation than what the old transport said.
  parts.tape.trip = null;
  parts.tape.lastHttp = answer;
  return first;
}

function isEraEvidence(status: number): boolean {
  return status >= 400 && !saysNothing(status);
}

function saysNothing(status: number): boolean {
  return status >= 500 || [401, 403, 408, 429].includes(status);
}

async function openStreamable(parts: HttpParts): Promise<OpenSession | FailedSession> {
  const { guarded, tape, headers } = parts;
  const wire = parts.target.transport === 'unix' ? 'unix' : 'streamable-http';
  const resume = resumptionsOf(parts);
  const transport = new StreamableHTTPClientTransport(parts.url, {
    // A standing GET stream only carries notifications; an inspection reads lists and leaves. A resumption is let through.
    fetch: async (url, init) => {
      if (init?.method !== 'GET') return guarded.fetch(url, init);
      if (!new Headers(init.headers).has('last-event-id')) return new Response(null, { status: 405 });
      return resume(url, init);
    },
    requestInit: { headers },
  });
  const client = parts.clientOf();
  const cause = await connect(client, transport, tape);
  if (cause !== null) return { client: null, wire, cause, processEnded: null };
  return {
    client,
    wire,
    close: async () => {
      // A legacy server keeps a session for us; ending it is polite, and no verdict depends on it.
      await within(FAREWELL_MS, transport.terminateSession());
      await within(FAREWELL_MS, client.close());
      await guarded.close();
    },
  };
}

/** Fetches a stream again, but not for ever; `before` is -1 where the first fetch only opens it. */
function resumptionsOf(
  { guarded, tape }: HttpParts,
  before = 0,
): (url: string | URL, init: RequestInit) => Promise<Response> {
  let resumptions = before;
  return async (url, init) => {
    if (++resumptions > MAX_RESUMPTIONS) {
      const detail = `The server broke off its stream more than ${MAX_RESUMPTIONS} times.`;
      tape.abort({ outcome: 'protocol_violation', detail });
    }
    return guarded.fetch(url, init);
  };
}

async function openSse(parts: HttpParts): Promise<OpenSession | FailedSession> {
  const resume = resumptionsOf(parts, -1);
  const transport = new SSEClientTransport(parts.url, {
    fetch: (url, init) => (init?.method === 'POST' ? parts.guarded.fetch(url, init) : resume(url, init ?? {})),
    requestInit: { headers: parts.headers },
  });
  // HTTP+SSE belongs to 2024-11-05: probing for the modern era would only cost time.
  const client = legacyClient();
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

/** A two-way channel that is its own session: a child process or a WebSocket. */
type Channel = Transport & { endedWith: string | null };

async function openChannel(
  parts: SessionParts,
  wire: 'stdio' | 'websocket',
  clientOf: ClientOf,
  channelOf: () => Channel,
): Promise<OpenSession | FailedSession> {
  const silenceMs = Math.min(SILENCE_MS, Math.ceil(parts.tape.limits.timeoutMs / 3));
  const first = await tryChannel(parts.tape, wire, clientOf(silenceMs), channelOf());
  // Some servers hang up on any request before `initialize`: that is a legacy server, and it gets a channel of its own.
  if (first.client !== null || first.processEnded === null || parts.tape.trip !== null) return first;
  if (clientOf === legacyClient) return first;
  parts.tape.startAttempt();
  return tryChannel(parts.tape, wire, legacyClient(), channelOf());
}

async function tryChannel(
  tape: SessionTape,
  wire: 'stdio' | 'websocket',
  client: Client,
  channel: Channel,
): Promise<OpenSession | FailedSession> {
  const cause = await connect(client, channel, tape);
  const { endedWith } = channel;
  if (cause === null) return { client, wire, close: () => channel.close() };
  await channel.close();
  return { client: null, wire, cause, processEnded: endedWith };
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

/** Waits for a farewell at most so long; how a goodbye fails is of no interest to anybody. */
async function within(ms: number, farewell: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([farewell.catch(() => undefined), limit]);
  clearTimeout(timer);
}
