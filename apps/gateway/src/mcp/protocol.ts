/** MCP protocol facts the gateway decides on (revision 2026-07-28 and the session-era revisions before it). */

/** The stateless revision. */
export const MODERN_VERSION = '2026-07-28';

/** Revisions negotiated with `initialize`, newest first. */
export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'] as const;

/** `modern`: every request stands alone; `legacy`: begins with `initialize`. */
export type Era = 'modern' | 'legacy';

/** Reserved `_meta` keys of 2026-07-28 (basic, "Request metadata"). */
export const META = {
  version: 'io.modelcontextprotocol/protocolVersion',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  deprecation: 'dev.rollcall/deprecation',
  empty: 'dev.rollcall/empty',
} as const;

/** Trace context of SEP-414: the only request metadata that crosses the gateway besides the protocol's own. */
export const TRACE_KEYS = ['traceparent', 'tracestate', 'baggage'] as const;

/** JSON-RPC error codes of the specification. */
export const RPC = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const;

/** What the gateway calls itself to both sides. */
export const GATEWAY_INFO = { name: 'rollcall-gateway', version: '0.1.0' } as const;

/** True for a session-era revision the gateway speaks. */
export function isLegacyVersion(version: string): boolean {
  return (LEGACY_VERSIONS as readonly string[]).includes(version);
}
