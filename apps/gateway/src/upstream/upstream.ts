import type { JsonObject, JsonValue } from '@rollcall/kernel';

/** One `tools/call` on its way to the server that owns the tool. */
export type UpstreamCall = {
  /** The name the server knows. */
  tool: string;
  args: JsonObject;
  /** `Mcp-Param-*` headers computed from `args`, never taken from the caller. */
  paramHeaders: Record<string, string>;
  /** Trace context (SEP-414), nothing else of the caller's metadata. */
  trace: JsonObject;
  /** What the caller can do when the server asks back (MRTR); empty for session-era callers. */
  clientCapabilities: JsonObject;
  /** `inputResponses` and `requestState` of an MRTR retry; the state is opaque and is not looked into. */
  retry: { inputResponses?: JsonValue; requestState?: JsonValue };
};

/** What came back: the server's result, the server's JSON-RPC error, or the reason why there is neither. */
export type UpstreamReply =
  | { kind: 'result'; result: JsonObject }
  | { kind: 'error'; error: { code: number; message: string; data?: JsonValue } }
  | { kind: 'failed'; code: 'UPSTREAM_UNAVAILABLE' | 'UPSTREAM_TIMEOUT'; message: string };

/** A server the gateway forwards to; one per endpoint, shared by all agents. */
export type Upstream = {
  call(call: UpstreamCall): Promise<UpstreamReply>;
  /** Any other request, for the comparison of live definitions with their pins. */
  ask(method: string, params: JsonObject): Promise<UpstreamReply>;
  close(): Promise<void>;
};

/** Bounds of one exchange with a server. */
export type UpstreamLimits = { timeoutMs: number; maxResponseBytes: number; maxInFlight: number };

/** Limits that suit tool calls made by people waiting for an answer. */
export const UPSTREAM_LIMITS: UpstreamLimits = {
  timeoutMs: 30_000,
  maxResponseBytes: 8 * 1024 * 1024,
  maxInFlight: 512,
};

/** A reply that says the server could not be asked. */
export function unavailable(message: string): UpstreamReply {
  return { kind: 'failed', code: 'UPSTREAM_UNAVAILABLE', message };
}
