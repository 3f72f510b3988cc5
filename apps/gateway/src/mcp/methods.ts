import type { JsonObject } from '@rollcall/kernel';
import type { ActivePolicy } from '../trust/active-policy.js';
import { type Answer, failure, result } from './answers.js';
import type { RpcRequest } from './envelope.js';
import { GATEWAY_INFO, isLegacyVersion, LEGACY_VERSIONS, MODERN_VERSION, RPC } from './protocol.js';
import type { ToolLists } from './tool-list.js';

/** What the gateway offers: tools, and lists that change only with the policy. */
const CAPABILITIES = { tools: {} } as const;

/** A request that is not a tool call, already authenticated. */
export type PlainRequest = { request: RpcRequest & { id: string | number }; agentId: string; policy: ActivePolicy };

/** Answers everything except `tools/call` and notifications. */
export function answerPlain({ request, agentId, policy }: PlainRequest, lists: ToolLists): Answer {
  const { id, era, method } = request;
  const isModern = era === 'modern';
  if (method === 'tools/list') {
    if (request.params['cursor'] !== undefined) {
      return failure(id, {
        code: RPC.invalidParams,
        message: 'The list has one page; there is no cursor to continue from.',
      });
    }
    return result(id, era, lists.of(policy, agentId, isModern));
  }
  if (isModern && method === 'server/discover') return result(id, era, discovery());
  if (!isModern && method === 'initialize') return result(id, era, initialized(request.params));
  if (!isModern && method === 'ping') return result(id, era, {});
  const error = { code: RPC.methodNotFound, message: `The method ${method.slice(0, 100)} is not offered.` };
  return failure(id, error, isModern ? 404 : 200);
}

function discovery(): JsonObject {
  return {
    supportedVersions: [MODERN_VERSION],
    capabilities: { ...CAPABILITIES },
    ttlMs: 60_000,
    cacheScope: 'private',
  };
}

function initialized(params: JsonObject): JsonObject {
  const asked = params['protocolVersion'];
  const protocolVersion = typeof asked === 'string' && isLegacyVersion(asked) ? asked : LEGACY_VERSIONS[0];
  return { protocolVersion, capabilities: { ...CAPABILITIES }, serverInfo: { ...GATEWAY_INFO } };
}
