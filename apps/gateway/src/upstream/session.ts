import type { JsonObject } from '@rollcall/kernel';
import { isJsonObject } from '@rollcall/kernel';
import { type Era, GATEWAY_INFO, isLegacyVersion, LEGACY_VERSIONS, META, MODERN_VERSION } from '../mcp/protocol.js';
import type { UpstreamCall, UpstreamReply } from './upstream.js';

/** What was agreed with a server; cached per endpoint and agreed anew after a failure. */
export type Session = { era: Era; version: string; sessionId: string | null };

/** One exchange before a session exists. `initialize` answers may carry a session id. */
export type Negotiate = {
  ask(method: string, params: JsonObject): Promise<UpstreamReply & { sessionId?: string | null }>;
  notify(method: string, session: Session): Promise<void>;
};

/** Metadata every 2026-07-28 request must carry. */
export function modernMeta(clientCapabilities: JsonObject, trace: JsonObject = {}): JsonObject {
  return {
    ...trace,
    [META.version]: MODERN_VERSION,
    [META.capabilities]: clientCapabilities,
    [META.clientInfo]: { ...GATEWAY_INFO },
  };
}

/**
 * Agrees on an era: a modern request first; a modern answer means modern, a failed connection stays a failure, and any
 * other answer means a session-era server, which wants `initialize` (2026-07-28, "Era detection").
 */
export async function negotiate(peer: Negotiate): Promise<{ session: Session } | { failed: UpstreamReply }> {
  const discovered = await peer.ask('server/discover', { _meta: modernMeta({}) });
  if (discovered.kind === 'failed') return { failed: discovered };
  if (discovered.kind === 'result' && speaksModern(discovered.result['supportedVersions'])) {
    return { session: { era: 'modern', version: MODERN_VERSION, sessionId: null } };
  }
  const opened = await peer.ask('initialize', {
    protocolVersion: LEGACY_VERSIONS[0],
    capabilities: {},
    clientInfo: { ...GATEWAY_INFO },
  });
  if (opened.kind !== 'result') return { failed: opened };
  const version = opened.result['protocolVersion'];
  if (typeof version !== 'string' || !isLegacyVersion(version)) {
    return {
      failed: {
        kind: 'failed',
        code: 'UPSTREAM_UNAVAILABLE',
        message: 'The server speaks no protocol revision this gateway knows.',
      },
    };
  }
  const session: Session = { era: 'legacy', version, sessionId: opened.sessionId ?? null };
  await peer.notify('notifications/initialized', session);
  return { session };
}

function speaksModern(versions: unknown): boolean {
  return Array.isArray(versions) && versions.includes(MODERN_VERSION);
}

/** The parameters of a call in the server's era. The tool name is the server's own; the caller's token is nowhere in it. */
export function callParams(call: UpstreamCall, session: Session): JsonObject {
  const params: JsonObject = { name: call.tool, arguments: call.args };
  if (session.era === 'modern') {
    return { ...params, ...call.retry, _meta: modernMeta(call.clientCapabilities, call.trace) };
  }
  return Object.keys(call.trace).length === 0 ? params : { ...params, _meta: call.trace };
}

/** The parameters of any other request in the server's era. */
export function askParams(params: JsonObject, session: Session): JsonObject {
  const meta = isJsonObject(params['_meta']) ? params['_meta'] : {};
  return session.era === 'modern' ? { ...params, _meta: { ...meta, ...modernMeta({}) } } : params;
}
