import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failure } from '../mcp/answers.js';
import { RPC } from '../mcp/protocol.js';
import type { GatewayMetrics } from '../report/gateway-metrics.js';
import type { HttpAnswer, McpEndpoint } from './mcp-endpoint.js';
import { checkRequest, type GuardRules } from './request.guard.js';

/** What the HTTP server needs. */
export type ServerParts = {
  mcp: McpEndpoint;
  guard: GuardRules;
  metrics: GatewayMetrics;
  /** What is missing for readiness; empty when ready. */
  missing: () => string[];
  resourceMetadata: () => object;
  /** Told about errors nobody expected. */
  fault: (error: unknown) => void;
};

const JSON_TYPE = 'application/json';
const METADATA_PATHS = ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp'];

/** The gateway's only listener. */
export class GatewayServer {
  readonly #parts: ServerParts;
  readonly #server: Server;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    // 16 KB of headers, 10 s to send them, 30 s for a whole request: a slow sender cannot hold a connection for ever.
    this.#server = createServer(
      { maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 30_000 },
      (request, response) => {
        this.#handle(request, response);
      },
    );
  }

  /** Listens; resolves to the port. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Takes no new connections, lets requests under way finish for a while, then cuts the rest. */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(cut);
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (path === '/mcp') this.#mcp(request, response);
    else if (isRead && path === '/healthz') plain(response, 200, { status: 'ok' });
    else if (isRead && path === '/readyz') this.#ready(response);
    else if (isRead && METADATA_PATHS.includes(path)) plain(response, 200, this.#parts.resourceMetadata());
    else if (isRead && path === '/metrics') void this.#metrics(response);
    else plain(response, 404, { error: 'not_found' });
  }

  #mcp(request: IncomingMessage, response: ServerResponse): void {
    const denial = checkRequest(request, this.#parts.guard);
    if (denial !== null) {
      this.#parts.metrics.denied(denial.code);
      plain(response, denial.status, { error: denial.code, message: denial.message });
      return;
    }
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      send(response, failure(null, { code: -32_000, message: 'Method not allowed.' }, 405));
      return;
    }
    this.#parts.mcp.answer(request).then(
      (answer) => send(response, answer),
      (error: unknown) => {
        // What happened is for the log; a caller learns only that it was our fault.
        this.#parts.fault(error);
        send(response, failure(null, { code: RPC.internal, message: 'Internal error.' }, 500));
      },
    );
  }

  #ready(response: ServerResponse): void {
    const missing = this.#parts.missing();
    plain(response, missing.length === 0 ? 200 : 503, { ready: missing.length === 0, missing });
  }

  async #metrics(response: ServerResponse): Promise<void> {
    const text = await this.#parts.metrics.text();
    response.writeHead(200, { 'content-type': this.#parts.metrics.contentType });
    response.end(text);
  }
}

function send(response: ServerResponse, { status, body, headers, close }: HttpAnswer): void {
  if (close === true) response.setHeader('connection', 'close');
  if (body === null) {
    response.writeHead(status, headers);
    response.end();
    return;
  }
  response.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

function plain(response: ServerResponse, status: number, body: object): void {
  send(response, { status, body: JSON.stringify(body) });
}
