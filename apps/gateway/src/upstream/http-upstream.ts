import type { JsonObject } from '@rollcall/kernel';
import type { Pool } from 'undici';
import { encodeHeader } from '../mcp/param-headers.js';
import { RPC } from '../mcp/protocol.js';
import { exchange, type HttpAnswer, type HttpFailure } from './http-exchange.js';
import { requestText } from './rpc-frame.js';
import { askParams, callParams, negotiate, type Session } from './session.js';
import { type Upstream, type UpstreamCall, type UpstreamLimits, type UpstreamReply, unavailable } from './upstream.js';

const RETRY_AFTER_MS = 500;

/** A streamable-HTTP server: JSON-RPC by hand over a connection pool, the protocol SDK is off this path. */
export class HttpUpstream implements Upstream {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #limits: UpstreamLimits;
  #session: Session | null = null;
  #opening: Promise<Session | UpstreamReply> | null = null;
  #failedAt = 0;
  #failure: UpstreamReply | null = null;
  #inFlight = 0;
  #nextId = 1;

  constructor(pool: Pool, path: string, limits: UpstreamLimits) {
    this.#pool = pool;
    this.#path = path;
    this.#limits = limits;
  }

  async call(call: UpstreamCall): Promise<UpstreamReply> {
    if (this.#inFlight >= this.#limits.maxInFlight) return unavailable('Too many calls to this server are under way.');
    this.#inFlight++;
    try {
      return await this.#attempt('tools/call', (session) => callParams(call, session), call);
    } finally {
      this.#inFlight--;
    }
  }

  ask(method: string, params: JsonObject): Promise<UpstreamReply> {
    return this.#attempt(method, (session) => askParams(params, session), null);
  }

  async close(): Promise<void> {
    // Calls under way finish; each is bounded by its own time limit.
    await this.#pool.close();
  }

  async #attempt(
    method: string,
    paramsFor: (session: Session) => JsonObject,
    call: UpstreamCall | null,
  ): Promise<UpstreamReply> {
    for (let round = 0; ; round++) {
      const session = this.#session ?? (await this.#open());
      if ('kind' in session) return session;
      const answer = await this.#send(method, paramsFor(session), session, call);
      if (round === 0 && isForgotten(answer, session)) {
        // Not executed: the server refused the session or the revision, so asking again is safe.
        if (this.#session === session) this.#session = null;
        continue;
      }
      if ('failure' in answer && this.#session === session) this.#session = null;
      return judged(answer);
    }
  }

  #open(): Promise<Session | UpstreamReply> {
    if (this.#failure !== null && Date.now() - this.#failedAt < RETRY_AFTER_MS) return Promise.resolve(this.#failure);
    this.#opening ??= this.#negotiate().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #negotiate(): Promise<Session | UpstreamReply> {
    const agreed = await negotiate({
      ask: async (method, params) => {
        const answer = await this.#send(method, params, method === 'initialize' ? null : MODERN_PROBE, null);
        // A 4xx without a JSON-RPC answer is how session-era servers meet a modern request.
        const isEraEvidence = !('failure' in answer) && [400, 404, 405, 406, 415, 422].includes(answer.status);
        if (method === 'server/discover' && isEraEvidence && answer.reply === null) return NOT_MODERN;
        return { ...judged(answer), sessionId: 'failure' in answer ? null : answer.sessionId };
      },
      notify: async (method, session) => {
        await this.#post(JSON.stringify({ jsonrpc: '2.0', method }), null, headersFor(method, {}, session, null));
      },
    });
    if ('session' in agreed) {
      this.#failure = null;
      this.#session = agreed.session;
      return agreed.session;
    }
    this.#failedAt = Date.now();
    this.#failure =
      agreed.failed.kind === 'failed' ? agreed.failed : unavailable('The server refused to open a session.');
    return this.#failure;
  }

  #send(method: string, params: JsonObject, session: Session | null, call: UpstreamCall | null) {
    const id = this.#nextId++;
    return this.#post(requestText(id, method, params), id, headersFor(method, params, session, call));
  }

  #post(body: string, id: number | null, headers: Record<string, string>): Promise<HttpAnswer | HttpFailure> {
    const { timeoutMs, maxResponseBytes } = this.#limits;
    return exchange(this.#pool, { path: this.#path, headers, body, id, timeoutMs, maxBytes: maxResponseBytes });
  }
}

const MODERN_PROBE: Session = { era: 'modern', version: '2026-07-28', sessionId: null };
const NOT_MODERN: UpstreamReply = {
  kind: 'error',
  error: { code: RPC.methodNotFound, message: 'Not a modern server.' },
};

function headersFor(
  method: string,
  params: JsonObject,
  session: Session | null,
  call: UpstreamCall | null,
): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  if (session === null) return headers;
  headers['mcp-protocol-version'] = session.version;
  if (session.era === 'modern') {
    headers['mcp-method'] = method;
    // Rewritten together with the body: a name in the header that the body does not have must not leave this gateway.
    if (call !== null) headers['mcp-name'] = encodeHeader(String(params['name']));
    return call === null ? headers : Object.assign(headers, call.paramHeaders);
  }
  if (session.sessionId !== null) headers['mcp-session-id'] = session.sessionId;
  return headers;
}

/** The server no longer knows the session, or no longer speaks the agreed revision: it did not run the request. */
function isForgotten(answer: HttpAnswer | HttpFailure, session: Session): boolean {
  if ('failure' in answer) return false;
  if (answer.reply?.kind === 'error' && answer.reply.error.code === RPC.unsupportedVersion) return true;
  if (answer.reply !== null) return false;
  return session.era === 'legacy'
    ? answer.status === 404 || answer.status === 400
    : [400, 404, 405].includes(answer.status);
}

function judged(answer: HttpAnswer | HttpFailure): UpstreamReply {
  if (!('failure' in answer)) {
    return answer.reply ?? unavailable(`The server answered HTTP ${answer.status} without a JSON-RPC response.`);
  }
  if (answer.failure === 'TIMEOUT') {
    return { kind: 'failed', code: 'UPSTREAM_TIMEOUT', message: `The server gave ${answer.detail}.` };
  }
  if (answer.failure === 'TOO_LARGE') return unavailable(`The server's answer is too large: ${answer.detail}.`);
  return unavailable(`The connection to the server failed (${answer.detail}).`);
}
