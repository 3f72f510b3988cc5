import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { decodeHeader } from './param-headers.js';
import { type Era, isLegacyVersion, META, MODERN_VERSION, RPC } from './protocol.js';

/** A request the gateway will act on; `id` is null for a notification. */
export type RpcRequest = { id: string | number | null; method: string; params: JsonObject; era: Era };

/** A message that is not served, with its HTTP status and JSON-RPC error. */
export type RpcProblem = {
  status: number;
  id: string | number | null;
  error: { code: number; message: string; data?: JsonObject };
};

/**
 * Turns a parsed body into a request, and checks that the headers say the same: whoever routes, limits or logs by header
 * must not be told something else than what is executed (2026-07-28, "Standard headers").
 */
export function readEnvelope(body: unknown, headers: IncomingHttpHeaders): RpcRequest | RpcProblem {
  if (Array.isArray(body)) return problem(400, null, RPC.invalidRequest, 'JSON-RPC batches are not accepted.');
  if (!isJsonObject(body) || body['jsonrpc'] !== '2.0' || typeof body['method'] !== 'string') {
    return problem(400, null, RPC.invalidRequest, 'The body is not a JSON-RPC 2.0 request.');
  }
  const id = body['id'] ?? null;
  const isNotification = !Object.hasOwn(body, 'id');
  if (!isNotification && typeof id !== 'string' && typeof id !== 'number') {
    return problem(400, null, RPC.invalidRequest, 'The id must be a string or a number.');
  }
  const params = body['params'] ?? {};
  const rpcId = typeof id === 'string' || typeof id === 'number' ? id : null;
  if (!isJsonObject(params)) return problem(400, rpcId, RPC.invalidParams, 'The params must be an object.');
  const request = { id: rpcId, method: body['method'], params };
  const meta = isJsonObject(params['_meta']) ? params['_meta'] : {};
  const claimed = meta[META.version];
  const header = headers['mcp-protocol-version'];
  if (claimed === undefined && header !== MODERN_VERSION) return legacy(request, header);
  return modern(request, meta, headers);
}

type Bare = Omit<RpcRequest, 'era'>;

function legacy(request: Bare, version: string | string[] | undefined): RpcRequest | RpcProblem {
  if (version !== undefined && (typeof version !== 'string' || !isLegacyVersion(version))) {
    return unsupported(request.id, String(version));
  }
  return { ...request, era: 'legacy' };
}

function modern(request: Bare, meta: JsonObject, headers: IncomingHttpHeaders): RpcRequest | RpcProblem {
  const { id } = request;
  const version = meta[META.version];
  if (typeof version !== 'string' || !isJsonObject(meta[META.capabilities])) {
    const missing = [META.version, META.capabilities].filter((key) => meta[key] === undefined);
    return problem(400, id, RPC.invalidParams, 'The request metadata of 2026-07-28 is missing or malformed.', {
      missing,
    });
  }
  if (isLegacyVersion(version) && headers['mcp-protocol-version'] !== MODERN_VERSION)
    return { ...request, era: 'legacy' };
  if (id === null) return { ...request, era: 'modern' };
  const mismatch = mismatchedHeader(request, version, headers);
  if (mismatch !== null) {
    return problem(
      400,
      id,
      RPC.headerMismatch,
      `The header ${mismatch} is missing or does not say what the body says.`,
      {
        header: mismatch,
      },
    );
  }
  return version === MODERN_VERSION ? { ...request, era: 'modern' } : unsupported(id, version);
}

/** Methods whose `Mcp-Name` mirrors a parameter. */
const NAMED_BY: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

function mismatchedHeader(request: Bare, version: string, headers: IncomingHttpHeaders): string | null {
  // Node joins repeated headers with ", ", which never equals a method or a version: two headers are a mismatch.
  if (headers['mcp-protocol-version'] !== version) return 'MCP-Protocol-Version';
  if (headers['mcp-method'] !== request.method) return 'Mcp-Method';
  const field = Object.hasOwn(NAMED_BY, request.method) ? NAMED_BY[request.method] : undefined;
  const named = field === undefined ? undefined : request.params[field];
  if (typeof named !== 'string') return null;
  const sent = headers['mcp-name'];
  return typeof sent === 'string' && decodeHeader(sent) === named ? null : 'Mcp-Name';
}

function unsupported(id: string | number | null, requested: string): RpcProblem {
  return problem(400, id, RPC.unsupportedVersion, `Protocol revision ${requested.slice(0, 40)} is not supported.`, {
    supported: [MODERN_VERSION],
    requested: requested.slice(0, 40),
  });
}

type Id = string | number | null;

function problem(status: number, id: Id, code: number, ...[message, data]: [string, JsonObject?]): RpcProblem {
  return { status, id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}
