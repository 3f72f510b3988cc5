import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher, Pool } from 'undici';
import { EventStream } from './event-stream.js';
import { parseFrame, replyIn } from './rpc-frame.js';
import type { UpstreamReply } from './upstream.js';

/** One POST to a server. */
export type HttpRequest = {
  path: string;
  headers: Record<string, string>;
  body: string;
  /** The JSON-RPC id whose answer is awaited; null for a notification. */
  id: number | null;
  timeoutMs: number;
  maxBytes: number;
};

/** What the POST led to: the answer frame when there was one, and the HTTP facts that tell eras and sessions apart. */
export type HttpAnswer = { status: number; sessionId: string | null; reply: UpstreamReply | null };

/** How an exchange ends without an HTTP answer. */
export type HttpFailure = { failure: 'TIMEOUT' | 'TOO_LARGE' | 'CONNECTION'; detail: string };

/**
 * Sends one JSON-RPC message and reads the answer, plain JSON or an event stream, straight from undici's dispatcher:
 * a fetch or SDK layer here costs more than everything else the gateway does for a call.
 */
export function exchange(pool: Pool, request: HttpRequest): Promise<HttpAnswer | HttpFailure> {
  return new Promise((resolve) => {
    const { path, headers, body } = request;
    const handler = new AnswerHandler(request, resolve);
    pool.dispatch({ path, method: 'POST', headers, body, headersTimeout: 0, bodyTimeout: 0 }, handler);
  });
}

const GRACE_MS = 1_000;

class AnswerHandler implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest;
  readonly #settle: (outcome: HttpAnswer | HttpFailure) => void;
  #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | null = null;
  #settled = false;
  #expired = false;
  #status = 0;
  #sessionId: string | null = null;
  #events: EventStream | null = null;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(request: HttpRequest, settle: (outcome: HttpAnswer | HttpFailure) => void) {
    this.#request = request;
    this.#settle = settle;
    // One bound for the whole exchange: a server that drips bytes must not stretch it.
    this.#timer = setTimeout(() => this.#expire(), request.timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#expired) controller.abort(new Error('expired'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    const session = headers['mcp-session-id'];
    this.#sessionId = typeof session === 'string' && session.length <= 256 ? session : null;
    if (headers['content-type']?.startsWith('text/event-stream') === true) this.#events = new EventStream();
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#request.maxBytes) {
      this.#finish({ failure: 'TOO_LARGE', detail: `more than ${this.#request.maxBytes} bytes` });
      this.#controller?.abort(new Error('too large'));
    } else if (this.#events === null) this.#chunks.push(chunk);
    else for (const data of this.#events.push(chunk)) this.#frame(data);
  }

  onResponseEnd(): void {
    if (this.#events === null && !this.#settled && this.#size > 0) {
      const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
      this.#frame(bytes.toString('utf8'));
    }
    this.#finish({ status: this.#status, sessionId: this.#sessionId, reply: null });
    clearTimeout(this.#timer);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    this.#finish({ failure: 'CONNECTION', detail: code });
    clearTimeout(this.#timer);
  }

  #frame(text: string): void {
    const { id } = this.#request;
    const reply = id === null ? null : replyIn(parseFrame(text), id);
    if (reply !== null) this.#finish({ status: this.#status, sessionId: this.#sessionId, reply });
  }

  #expire(): void {
    this.#expired = true;
    this.#finish({ failure: 'TIMEOUT', detail: `no answer within ${this.#request.timeoutMs} ms` });
    this.#controller?.abort(new Error('timeout'));
  }

  #finish(outcome: HttpAnswer | HttpFailure): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    // A stream that stays open after its answer is cut, so that it cannot hold a connection.
    if (this.#events !== null && !('failure' in outcome)) {
      this.#timer = setTimeout(() => this.#controller?.abort(new Error('answered')), GRACE_MS);
    }
    this.#settle(outcome);
  }
}
