import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { type AllowedCall, decideCall, parseExposedName, type RefusedCall } from '@rollcall/policy';
import type { CallOutcome } from '../report/call-record.js';
import type { ActivePolicy } from '../trust/active-policy.js';
import type { UpstreamReply } from '../upstream/upstream.js';
import type { UpstreamDirectory } from '../upstream/upstream-directory.js';
import { type Answer, failure, refusal, result } from './answers.js';
import type { ArgumentValidator } from './argument-validator.js';
import type { CallShape } from './call-shape.js';
import type { RpcRequest } from './envelope.js';
import { mismatchedParam, paramHeaders } from './param-headers.js';
import { META, RPC, TRACE_KEYS } from './protocol.js';

/** Whether a tool's live definition is known to be the approved one. */
export type DriftGate = { check(call: AllowedCall): Promise<'in_sync' | 'drifted'> };

/** What a tool call needs. */
export type ToolCallParts = { upstreams: UpstreamDirectory; validator: ArgumentValidator; drift: DriftGate };

/** One call as it came in, already authenticated. */
export type IncomingCall = {
  request: RpcRequest & { id: string | number };
  headers: IncomingHttpHeaders;
  agentId: string;
  policy: ActivePolicy;
};

/** The answer, and what the books need to know about it. */
export type FinishedCall = {
  answer: Answer;
  outcome: CallOutcome;
  code: string | null;
  name: string;
  target: { alias: string; server: string | null; version: string | null; tool: string } | null;
  /** Which arguments were sent; null when the call came to no schema. */
  shape: CallShape | null;
};

/** Decides and forwards one `tools/call`. Every retry comes through here again, so a revoked grant never survives in one. */
export async function callTool(parts: ToolCallParts, call: IncomingCall): Promise<FinishedCall> {
  const { request, agentId, policy } = call;
  const { name, arguments: given = {} } = request.params;
  if (typeof name !== 'string' || !isJsonObject(given)) {
    const answer = failure(request.id, {
      code: RPC.invalidParams,
      message: 'tools/call needs a name and an object of arguments.',
    });
    return { answer, outcome: 'refused', code: 'INVALID_PARAMS', name: '', target: null, shape: null };
  }
  const decision = decideCall(policy.index, agentId, name);
  if (!decision.allow) return refusedCall(request.id, name, decision);
  const target = { alias: decision.alias, server: decision.server, version: decision.version, tool: decision.tool };
  const input = parts.validator.of(decision.definition);
  const shape = input.shape(given);
  const finish = (answer: Answer, outcome: CallOutcome, code: string | null): FinishedCall => ({
    answer,
    outcome,
    code,
    name,
    target,
    shape,
  });
  if (request.era === 'modern') {
    const header = mismatchedParam(input.placements, given, call.headers);
    if (header !== null) return finish(headerMismatch(request.id, header), 'refused', 'HEADER_MISMATCH');
  }
  const problem = input.problem(given);
  // Since 2025-11-25 wrong arguments are a tool error, so that the model can read it and try again.
  if (problem !== null)
    return finish(toolError(request, `Invalid arguments for ${name}: ${problem}.`), 'ok', 'INVALID_ARGUMENTS');
  if ((await parts.drift.check(decision)) === 'drifted')
    return finish(drifted(request.id, decision), 'refused', 'CONTRACT_DRIFT');
  const reply = await parts.upstreams.at(decision.endpoint).call({
    tool: decision.tool,
    args: given,
    paramHeaders: input.placements.length === 0 ? {} : paramHeaders(input.placements, given),
    ...callerContext(request),
  });
  return finish(...answerFor(request, decision, reply));
}

/** The part of a caller's parameters that crosses: trace context, and for MRTR the answers and what the caller can do. */
function callerContext(request: RpcRequest) {
  const meta = isJsonObject(request.params['_meta']) ? request.params['_meta'] : {};
  const trace: JsonObject = {};
  for (const key of TRACE_KEYS) {
    const value = meta[key];
    if (typeof value === 'string' && value.length <= 8_192) trace[key] = value;
  }
  const capabilities = meta[META.capabilities];
  const { inputResponses, requestState } = request.params;
  return {
    trace,
    clientCapabilities: request.era === 'modern' && isJsonObject(capabilities) ? capabilities : {},
    retry: {
      ...(inputResponses === undefined ? {} : { inputResponses }),
      ...(requestState === undefined ? {} : { requestState }),
    },
  };
}

function answerFor(
  request: RpcRequest & { id: string | number },
  call: AllowedCall,
  reply: UpstreamReply,
): [Answer, CallOutcome, string | null] {
  const { id, era } = request;
  if (reply.kind === 'failed') {
    const { server, version, tool } = call;
    return [refusal(id, { code: reply.code, message: reply.message, server, version, tool }), 'error', reply.code];
  }
  if (reply.kind === 'error') return [upstreamError(request, call, reply.error), 'ok', 'UPSTREAM_ERROR'];
  if (era === 'legacy' && (reply.result['resultType'] ?? 'complete') !== 'complete') {
    return [toolError(request, 'The tool asks for input in a way this client cannot answer.'), 'ok', 'INPUT_REQUIRED'];
  }
  return [
    result(id, era, withNotice(reply.result, call)),
    'ok',
    reply.result['isError'] === true ? 'TOOL_ERROR' : null,
  ];
}

/** Adds the deprecation to a result; a server's own entry under that key is dropped, only the control plane announces. */
function withNotice(value: JsonObject, { deprecation }: AllowedCall): JsonObject {
  const meta = isJsonObject(value['_meta']) ? value['_meta'] : null;
  if (deprecation === null && (meta === null || meta[META.deprecation] === undefined)) return value;
  const { [META.deprecation]: _forged, ...own } = meta ?? {};
  return { ...value, _meta: deprecation === null ? own : { ...own, [META.deprecation]: deprecation } };
}

/** Passes a server's own error on, except reserved codes, which would speak about the wrong hop. */
function upstreamError(
  { id, era }: RpcRequest & { id: string | number },
  { server, version, tool }: AllowedCall,
  error: { code: number; message: string; data?: unknown },
): Answer {
  const isReserved = error.code <= -32_010 && error.code >= -32_099;
  // The caller's capabilities were forwarded as they are, so a missing one is the caller's own.
  const isCallers = era === 'modern' && error.code === RPC.missingCapability;
  if (!isReserved || isCallers) {
    const data = error.data as JsonObject | undefined;
    return failure(id, { code: error.code, message: error.message, ...(data === undefined ? {} : { data }) });
  }
  return refusal(id, {
    code: 'UPSTREAM_UNAVAILABLE',
    message: `The server refused: ${error.message}`,
    server,
    version,
    tool,
  });
}

function refusedCall(id: string | number, name: string, decision: RefusedCall): FinishedCall {
  const { allow: _, code, message, ...rest } = decision;
  const parsed = parseExposedName(name);
  const isNamed = decision.server !== undefined && parsed !== null;
  return {
    answer: refusal(id, { code, message, ...rest }),
    outcome: 'refused',
    code,
    name,
    target: isNamed ? { ...parsed, server: decision.server ?? null, version: decision.version ?? null } : null,
    shape: null,
  };
}

function drifted(id: string | number, { server, version, tool }: AllowedCall): Answer {
  const message = `The live definition of ${tool} of ${server} ${version} differs from the approved one; it is blocked until it is reviewed.`;
  return refusal(id, { code: 'CONTRACT_DRIFT', message, server, version, tool });
}

function headerMismatch(id: string | number, header: string): Answer {
  const message = `The header ${header} is missing or does not say what the arguments say.`;
  return failure(id, { code: RPC.headerMismatch, message, data: { header } }, 400);
}

function toolError({ id, era }: RpcRequest & { id: string | number }, text: string): Answer {
  return result(id, era, { content: [{ type: 'text', text }], isError: true });
}
