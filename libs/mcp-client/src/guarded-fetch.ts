import { Agent, type buildConnector, fetch as undiciFetch } from 'undici';
import { admit, networkFault } from './dial-guard.js';
import { EventStreamReader } from './event-stream.js';
import { USER_AGENT } from './inspector-identity.js';
import { openPinnedSocket, type SocketRules } from './pinned-socket.js';
import type { SessionTape } from './session-tape.js';

/** A `fetch` that dials only what the policy allows, and what stops it. */
export type GuardedFetch = {
  fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
};

export type GuardedFetchParts = Omit<SocketRules, 'pins'>;

/**
 * Dials only the addresses that were checked: the name is resolved once, every address is judged, and the socket is
 * pinned to the survivors, so a second DNS answer cannot move it. Redirects are refused: they would move the request,
 * with its credentials, to a place nobody registered.
 */
export function createGuardedFetch(parts: GuardedFetchParts): GuardedFetch {
  const rules: SocketRules = { ...parts, pins: new Map() };
  const { timeoutMs } = parts.tape.limits;
  const agent = new Agent({
    connect: connector(rules),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 1_000,
  });
  return {
    fetch: (url, init) => guardedRequest({ ...rules, agent }, new URL(url), init ?? {}),
    close: () => agent.destroy(),
  };
}

/** Tells the HTTP client how to open its sockets: see the `connect` option of undici's `Client`. */
function connector(rules: SocketRules): buildConnector.connector {
  return ({ hostname, port, protocol }, callback) => {
    const secure = protocol === 'https:';
    const socket = openPinnedSocket(rules, { hostname, port: Number(port) || (secure ? 443 : 80), secure });
    const settle = (error: Error | null) => {
      socket.off('error', settle);
      socket.off('close', refused);
      if (error === null) callback(null, socket);
      else callback(error, null);
    };
    const refused = () => settle(Object.assign(new Error('The dial ended.'), { code: 'ECONNABORTED' }));
    socket.once('error', settle);
    socket.once('close', refused);
    socket.once(secure ? 'secureConnect' : 'connect', () => settle(null));
  };
}

type Dialler = SocketRules & { agent: Agent };

async function guardedRequest(dialler: Dialler, url: URL, init: RequestInit): Promise<Response> {
  const { tape } = dialler;
  const asks = typeof init.body === 'string' && tape.sent(init.body);
  const headers = new Headers(init.headers);
  headers.set('user-agent', USER_AGENT);
  try {
    if (dialler.socketPath === undefined) await admit(dialler, url, ['http:', 'https:']);
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
    return teedResponse(response as unknown as Response, tape, asks);
  } catch (error) {
    const fault = networkFault(error);
    if (fault !== null && !dialler.signal.aborted && init.signal?.aborted !== true) tape.abort(fault);
    throw error;
  }
}

/** A header as it is kept: within reason. */
export function headerText(value: string | null): string | null {
  return value === null ? null : value.slice(0, 2_000);
}

/** The same response with a body that is recorded, and cut off at the limits, while the SDK reads it. */
function teedResponse(response: Response, tape: SessionTape, asks: boolean): Response {
  const init = {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers] as [string, string][],
  };
  if (response.body === null || [204, 205, 304].includes(response.status)) return new Response(null, init);
  const isEvents = (response.headers.get('content-type') ?? '').toLowerCase().includes('text/event-stream');
  const record = isEvents ? eventRecorder(tape, asks) : documentRecorder(tape);
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

function eventRecorder(tape: SessionTape, asks: boolean): Recorder {
  const decoder = new TextDecoder();
  let seen = 0;
  const events = new EventStreamReader((data) => {
    seen++;
    tape.received(data);
  });
  return {
    chunk(bytes) {
      // Characters never outnumber bytes: checking before parsing bounds what one event can make us hold.
      tape.count(bytes.byteLength, events.pending);
      events.push(decoder.decode(bytes, { stream: true }));
      tape.count(0, events.pending);
    },
    end() {
      // without one event there is nothing to resume after: who waits for the answer waits for ever
      if (!asks || seen > 0) return;
      const detail = 'The server ended an event stream without an answer in it.';
      tape.abort({ outcome: 'protocol_violation', detail });
    },
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
