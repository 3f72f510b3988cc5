import type { IncomingMessage } from 'node:http';
import type { Clock, Ids } from '@rollcall/kernel';
import { authenticateAgent } from '@rollcall/policy';
import { type Answer, failure, refusal } from '../mcp/answers.js';
import { type RpcProblem, type RpcRequest, readEnvelope } from '../mcp/envelope.js';
import { answerPlain } from '../mcp/methods.js';
import { RPC } from '../mcp/protocol.js';
import { callTool, type FinishedCall, type ToolCallParts } from '../mcp/tool-call.js';
import type { ToolLists } from '../mcp/tool-list.js';
import type { CallSink } from '../report/call-record.js';
import type { ActivePolicy, PolicyHolder } from '../trust/active-policy.js';
import { bearerHash } from './bearer.js';
import { readBody } from './body.reader.js';
import { parseBody } from './strict-body.js';

/** What the endpoint needs. */
export type McpEndpointParts = {
  holder: PolicyHolder;
  clock: Clock;
  ids: Ids;
  lists: ToolLists;
  calls: ToolCallParts;
  sink: CallSink;
  /** Told about requests that end before a policy decision. */
  denied: (reason: string) => void;
  resourceMetadataUrl: string;
  maxBodyBytes: number;
};

/** An answer with its extra headers. */
export type HttpAnswer = Answer & { headers?: Record<string, string>; close?: boolean };

type Caller = { agentId: string; policy: ActivePolicy };

/** `POST /mcp`, both eras, stateless: token, then policy, then body; the host and origin were checked before. */
export class McpEndpoint {
  readonly #parts: McpEndpointParts;

  constructor(parts: McpEndpointParts) {
    this.#parts = parts;
  }

  async answer(request: IncomingMessage): Promise<HttpAnswer> {
    const tokenHash = bearerHash(request.headers.authorization);
    if (tokenHash === null) return this.#unauthorized('no_token');
    if (!isJson(request.headers['content-type'])) {
      return failure(null, { code: RPC.invalidRequest, message: 'The body must be application/json.' }, 415);
    }
    const body = await readBody(request, this.#parts.maxBodyBytes);
    if (body === 'TOO_LARGE') return { ...this.#tooLarge(), close: true };
    if (body === 'ABORTED') return { status: 400, body: null, close: true };
    // Decided after the body has arrived: a policy that was swapped meanwhile is the one that counts.
    const now = this.#parts.clock.now();
    const standing = this.#parts.holder.standing(now.getTime());
    if (!standing.ok && standing.code === 'POLICY_UNAVAILABLE') {
      this.#parts.denied('no_policy');
      return refusal(null, { code: standing.code, message: standing.message }, 503);
    }
    const policy = standing.ok ? standing.policy : this.#parts.holder.last;
    const agentId = policy === null ? null : authenticateAgent(policy.index, tokenHash, now);
    if (standing.ok && agentId === null) return this.#unauthorized('unknown_token');
    const message = this.#read(body, request);
    if ('error' in message) return failure(message.id, message.error, message.status);
    if (message.id === null) return { status: 202, body: null };
    const identified = { ...message, id: message.id };
    if (!standing.ok) {
      this.#parts.denied('expired_policy');
      return refusal(message.id, { code: standing.code, message: standing.message }, agentId === null ? 503 : 200);
    }
    return this.#serve(identified, request, { agentId: agentId ?? '', policy: standing.policy });
  }

  async #serve(
    message: RpcRequest & { id: string | number },
    request: IncomingMessage,
    caller: Caller,
  ): Promise<Answer> {
    if (message.method !== 'tools/call') return answerPlain({ request: message, ...caller }, this.#parts.lists);
    const startedAt = performance.now();
    const finished = await callTool(this.#parts.calls, { request: message, headers: request.headers, ...caller });
    this.#record(finished, caller, performance.now() - startedAt);
    return finished.answer;
  }

  #record(finished: FinishedCall, { agentId, policy }: Caller, latencyMs: number): void {
    const { name, target, outcome, code, shape } = finished;
    const record = {
      requestId: this.#parts.ids.next('req'),
      agent: agentId,
      name: name.slice(0, 200),
      alias: target?.alias ?? null,
      server: target?.server ?? null,
      version: target?.version ?? null,
      tool: target?.tool ?? null,
      outcome,
      code,
      latencyMs: Math.round(latencyMs * 1_000) / 1_000,
      serial: policy.bundle.serial,
    };
    this.#parts.sink(record, shape);
  }

  #read(body: Buffer, request: IncomingMessage): RpcRequest | RpcProblem {
    const value = parseBody(body);
    if (value !== undefined) return readEnvelope(value, request.headers);
    const message =
      'The body is not JSON that every reader understands alike (duplicate keys, unsafe numbers, nesting, encoding).';
    return { status: 400, id: null, error: { code: RPC.parse, message } };
  }

  #unauthorized(reason: string): HttpAnswer {
    this.#parts.denied(reason);
    const challenge = `Bearer resource_metadata="${this.#parts.resourceMetadataUrl}"`;
    const detail = reason === 'no_token' ? challenge : `${challenge}, error="invalid_token"`;
    const answer = failure(null, { code: -32_018, message: 'A valid bearer token is required.' }, 401);
    return { ...answer, headers: { 'www-authenticate': detail } };
  }

  #tooLarge(): Answer {
    this.#parts.denied('too_large');
    const message = `The body is larger than ${this.#parts.maxBodyBytes} bytes.`;
    return failure(null, { code: RPC.invalidRequest, message }, 413);
  }
}

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/json\s*(;|$)/i.test(contentType);
}
