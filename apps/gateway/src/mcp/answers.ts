import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { type Era, GATEWAY_INFO, META } from './protocol.js';
import { numberOf } from './refusal-codes.js';

/** A finished HTTP answer. `body` is JSON text, null for none. */
export type Answer = { status: number; body: string | null };

/** A refusal as programs read it from `error.data`. */
export type RefusalData = { code: string; message: string } & Record<string, JsonValue | undefined>;

/** A JSON-RPC result in the caller's era; modern results name their type and the server that speaks, which is this gateway. */
export function result(id: string | number, era: Era, value: JsonObject): Answer {
  return {
    status: 200,
    body: `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(stamped(era, value))}}`,
  };
}

/** Adds what 2026-07-28 wants on every result, or takes away what session-era callers do not know. */
export function stamped(era: Era, value: JsonObject): JsonObject {
  const { resultType, _meta, ...rest } = value;
  const { [META.serverInfo]: _upstream, ...meta } = (_meta ?? {}) as JsonObject;
  if (era === 'modern') {
    return {
      ...rest,
      resultType: resultType ?? 'complete',
      _meta: { ...meta, [META.serverInfo]: { ...GATEWAY_INFO } },
    };
  }
  const { ttlMs: _ttl, cacheScope: _scope, structuredContent, ...known } = rest;
  const old = isJsonObject(structuredContent) ? { ...known, structuredContent } : known;
  return Object.keys(meta).length === 0 ? old : { ...old, _meta: meta };
}

/** A JSON-RPC error. */
export function failure(
  id: string | number | null,
  error: { code: number; message: string; data?: JsonValue },
  status = 200,
): Answer {
  return { status, body: JSON.stringify({ jsonrpc: '2.0', id, error }) };
}

/** A structured refusal: the error number for JSON-RPC, `data.code` for programs, one sentence for people. */
export function refusal(id: string | number | null, data: RefusalData, status = 200): Answer {
  return failure(id, { code: numberOf(data.code), message: data.message, data: data as JsonObject }, status);
}
