import { lookup as resolveName } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { types } from 'node:util';
import { Agent, fetch as undiciFetch } from 'undici';
import { EventStreamReader } from './event-stream.js';
import type { InspectionOutcome } from './inspection.js';
import { isDialable, type NetworkPolicy, normalizeAddress, type PinnedAddress } from './network-policy.js';
import { type SessionTape, SessionTripped } from './session-tape.js';

/** Turns a host name into addresses; a port, so that a test can play a resolver that changes its mind. */
export type Resolver = (hostname: string) => Promise<string[]>;

/** A `fetch` that dials only what the policy allows, and what stops it. */
export type GuardedFetch = {
  fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
};

export type GuardedFetchParts = {
  policy: NetworkPolicy;
  tape: SessionTape;
  signal: AbortSignal;
  resolve?: Resolver;
};

/** The platform's own resolver: hosts file included. */
export const systemResolver: Resolver = async (hostname) =>
  (await resolveName(hostname, { all: true, verbatim: true })).map((entry) => entry.address);

/**
 * Dials only the addresses that were checked: the name is resolved once, every address is judged, and the socket is
 * pinned to the survivors, so a second DNS answer cannot move it. Redirects are refused: they would move the request,
 * with its credentials, to a place nobody registered.
 */
export function createGuardedFetch(parts: GuardedFetchParts): GuardedFetch {
  const pins = new Map<string, PinnedAddress[]>();
  const { timeoutMs } = parts.tape.limits;
  const agent = new Agent({
    connect: { lookup: pinnedLookup(pins), timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 1_000,
  });
  return {
    fetch: (url, init) => guardedRequest({ ...parts, pins, agent }, new URL(url), init ?? {}),
    close: () => agent.destroy(),
  };
}

type Dialler = GuardedFetchParts & { pins: Map<string, PinnedAddress[]>; agent: Agent };

async function guardedRequest(dialler: Dialler, url: URL, init: RequestInit): Promise<Response> {
  const { tape } = dialler;
  if (typeof init.body === 'string') tape.sent(init.body);
  const headers = new Headers(init.headers);
  headers.set('user-agent', 'rollcall-inspector');
  try {
    await admit(dialler, url);
    const response = await undiciFetch(url, {
      method: init.method ?? 'GET',
      headers: [...headers],
      body: typeof init.body === 'string' ? init.body : null,
      redirect: 'manual',
      signal: init.signal ? AbortSignal.any([init.signal, dialler.signal]) : dialler.signal,
      dispatcher: dialler.agent,
    });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      tape.abort({
        outcome: 'refused_by_policy',
        detail: `The server redirects (HTTP ${response.status}); a redirect is never followed. Register the final URL.`,
      });
    }
    tape.http({
      status: response.status,
      wwwAuthenticate: headerText(response.headers.get('www-authenticate')),
    });
    return teedResponse(response as unknown as Response, tape);
  } catch (error) {
    const fault = networkFault(error);
    if (fault !== null && !dialler.signal.aborted && init.signal?.aborted !== true) tape.abort(fault);
    throw error;
  }
}

function headerText(value: string | null): string | null {
  return value === null ? null : value.slice(0, 2_000);
}

/** Resolves, judges and pins the host of a URL, or trips the tape. */
async function admit(dialler: Dialler, url: URL): Promise<void> {
  const { tape, pins, policy } = dialler;
  const refuse = (detail: string): never => tape.abort({ outcome: 'refused_by_policy', detail });
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    refuse(`Only http and https are dialled, not ${url.protocol}`);
  if (url.username !== '' || url.password !== '') refuse('The URL carries credentials; send them as a header.');
  if (pins.has(url.hostname)) return;
  const literal = normalizeAddress(url.hostname);
  const addresses = literal === null ? await addressesOf(dialler, url.hostname) : [literal.address];
  const dialable = addresses.filter((address) => isDialable(address, policy)).map(normalizeAddress);
  if (dialable.length === 0) {
    refuse(
      `${url.hostname} is at ${addresses.join(', ')}: a private or special address the network policy does not allow.`,
    );
  }
  pins.set(
    url.hostname,
    dialable.filter((pin) => pin !== null),
  );
}

async function addressesOf(dialler: Dialler, hostname: string): Promise<string[]> {
  try {
    const addresses = await (dialler.resolve ?? systemResolver)(hostname);
    if (addresses.length > 0) return addresses;
  } catch (error) {
    if (errorCode(error) === null) throw error;
  }
  return dialler.tape.abort({ outcome: 'dns', detail: `The name ${hostname} does not resolve.` });
}

/** The only look-up a socket of this agent can make: what `admit` pinned, nothing else. */
export function pinnedLookup(pins: Map<string, PinnedAddress[]>): LookupFunction {
  return (hostname, options, callback) => {
    const pinned = pins.get(hostname) ?? [];
    const [first] = pinned;
    if (first === undefined) callback(new Error(`${hostname} was not admitted by the network policy.`), '', 4);
    else if (options.all) callback(null, pinned);
    else callback(null, first.address, first.family);
  };
}

const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_|EPROTO$|HOSTNAME_MISMATCH)/;
const TIMEOUT_CODE = /^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/;

function networkFault(error: unknown): { outcome: InspectionOutcome; detail: string } | null {
  if (error instanceof SessionTripped || !types.isNativeError(error)) return null;
  const cause = error.cause ?? error;
  const code =
    errorCode(cause) ?? (error.message === 'fetch failed' && types.isNativeError(cause) ? cause.message : null);
  if (code === null) return null;
  if (code.startsWith('HPE_')) return { outcome: 'protocol_violation', detail: `The answer is not HTTP (${code}).` };
  if (TLS_CODE.test(code)) return { outcome: 'tls', detail: `The TLS handshake failed (${code}).` };
  if (TIMEOUT_CODE.test(code)) return { outcome: 'timeout', detail: `The server did not answer in time (${code}).` };
  return { outcome: 'unreachable', detail: `The connection failed (${code}).` };
}

/** The system code of an error, looking into the attempts of a dial that tried several addresses. */
function errorCode(error: unknown): string | null {
  // Not `instanceof`: an error of Node itself belongs to another realm when this code runs in a vm context.
  if (!types.isNativeError(error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'errors' in error && Array.isArray(error.errors) ? errorCode(error.errors[0]) : null;
}

/** The same response with a body that is recorded, and cut off at the limits, while the SDK reads it. */
function teedResponse(response: Response, tape: SessionTape): Response {
  const init = {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers] as [string, string][],
  };
  if (response.body === null || [204, 205, 304].includes(response.status)) return new Response(null, init);
  const isEvents = (response.headers.get('content-type') ?? '').toLowerCase().includes('text/event-stream');
  const record = isEvents ? eventRecorder(tape) : documentRecorder(tape);
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      try {
        if (done) record.end();
        else record.chunk(value);
      } catch (error) {
        await reader.cancel();
        throw error;
      }
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, init);
}

type Recorder = { chunk(bytes: Uint8Array): void; end(): void };

function eventRecorder(tape: SessionTape): Recorder {
  const decoder = new TextDecoder();
  const events = new EventStreamReader((data) => tape.received(data));
  return {
    chunk(bytes) {
      // Characters never outnumber bytes: checking before parsing bounds what one event can make us hold.
      tape.count(bytes.byteLength, events.pending);
      events.push(decoder.decode(bytes, { stream: true }));
      tape.count(0, events.pending);
    },
    end: () => undefined,
  };
}

function documentRecorder(tape: SessionTape): Recorder {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let size = 0;
  return {
    chunk(bytes) {
      size += bytes.byteLength;
      tape.count(bytes.byteLength, size);
      parts.push(decoder.decode(bytes, { stream: true }));
    },
    end() {
      const text = parts.join('') + decoder.decode();
      if (text !== '') tape.received(text);
    },
  };
}
