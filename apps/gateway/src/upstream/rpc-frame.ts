import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import type { UpstreamReply } from './upstream.js';

/** The reply in a JSON-RPC response frame when it answers request `id`; null for anything else. */
export function replyIn(frame: unknown, id: number): UpstreamReply | null {
  if (!isJsonObject(frame) || frame['id'] !== id) return null;
  if (isJsonObject(frame['result'])) return { kind: 'result', result: frame['result'] };
  const error = frame['error'];
  if (!isJsonObject(error) || typeof error['code'] !== 'number') return null;
  const message = typeof error['message'] === 'string' ? error['message'] : 'The server gave no message.';
  return {
    kind: 'error',
    error: { code: error['code'], message, ...(error['data'] === undefined ? {} : { data: error['data'] }) },
  };
}

/** Parses one frame; null when it is not JSON. */
export function parseFrame(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A JSON-RPC request as text. */
export function requestText(id: number, method: string, params: JsonObject): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}
