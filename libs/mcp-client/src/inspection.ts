import type { RawOffer } from '@rollcall/contract';
import type { Clock, JsonObject } from '@rollcall/kernel';
import type { NetworkPolicy, Resolver } from './network-policy.js';

/**
 * Where a server runs and how to reach it. `headers` are credentials: they are sent to this place only and never recorded.
 * `websocket` takes a `ws:` or `wss:` URL; `unix` is streamable HTTP over a Unix socket, `path` is `/mcp` unless given.
 */
export type InspectionTarget =
  | { transport: 'streamable-http' | 'sse' | 'websocket'; url: string; headers?: Record<string, string> }
  | { transport: 'unix'; socketPath: string; path?: string; headers?: Record<string, string> }
  | { transport: 'stdio'; command: string; args: string[]; env?: Record<string, string>; cwd?: string };

/** Which era a server was seen to speak, and when: ISO 8601 in UTC. */
export type EraVerdict = { era: 'modern' | 'legacy'; checkedAt: string };

/** Limits and ports of one inspection; every limit has a default that is safe for an unknown server. */
export type InspectionOptions = {
  /** Budget for everything: connecting, negotiating and reading every list. Milliseconds, default 15 000. */
  timeoutMs?: number;
  network: NetworkPolicy;
  clock: Clock;
  /** Largest single message in bytes, default 10 MB. */
  maxFrameBytes?: number;
  /** Largest sum of all bytes received in bytes, default 50 MB. */
  maxTotalBytes?: number;
  /** Most JSON values in a single message, default 100 000. */
  maxFrameValues?: number;
  /** Most pages followed in one list, default 64. */
  maxPages?: number;
  /** Memory a started process and its children may use together, in bytes, default 1 GiB. Linux only. */
  maxProcessBytes?: number;
  /** Whether a Unix socket may be dialled at all; without it such a target is refused. */
  allowUnixSockets?: boolean;
  /** What an earlier inspection of this target found; one older than a day is not believed. */
  prior?: EraVerdict | null;
  /** Certificate authorities (PEM) instead of the platform's. */
  ca?: string;
  /** Name resolution instead of the platform's. */
  resolve?: Resolver;
};

/**
 * How an inspection ended. `degraded`: connected, but something advertised could not be read; `protocol_violation`: the
 * server broke MCP (the offer may still be present, raw); `refused_by_policy`: we did not dial, or did not follow.
 */
export type InspectionOutcome =
  | 'healthy'
  | 'degraded'
  | 'auth_required'
  | 'forbidden'
  | 'protocol_violation'
  | 'timeout'
  | 'tls'
  | 'dns'
  | 'unreachable'
  | 'refused_by_policy';

/** One message as text, as it crossed the wire; `truncated` when the evidence budget cut it. Headers are never kept. */
export type RawFrame = { direction: 'sent' | 'received'; at: string; text: string; truncated?: true };

/** Something worth telling about what was seen; `code` is stable UPPER_SNAKE. Without a severity it is for information. */
export type ObservationIssue = { code: string; message: string; severity?: 'error' };

/** The wire an inspection used in the end. */
export type ObservedTransport = InspectionTarget['transport'];

/**
 * How the server was reached: a list of tools may depend on launch flags and on the credential presented. Values that look
 * like secrets are blanked out of `args`; of headers and environment only their presence is told.
 */
export type LaunchFacts = {
  transport: ObservedTransport;
  command?: string;
  args?: string[];
  credential: 'none' | 'header' | 'environment';
};

/** How long an answer to a list may be kept (`ttlMs`, milliseconds) and by whom (`cacheScope`), as the server says. */
export type ListFreshness = { list: string; ttlMs: number; cacheScope: string | null };

/**
 * What a server demands. `resourceMetadata` (RFC 9728) is judged when it asks for credentials over a network, else null:
 * `valid` names this server and an authorization server, `missing` was found at none of the three places.
 */
export type ObservedAuthentication = {
  required: boolean;
  wwwAuthenticate: string | null;
  resourceMetadata: 'valid' | 'invalid' | 'missing' | null;
};

/**
 * What one inspection saw. `offer` is null unless `tools/list` was read to its last page; a list other than tools that
 * could not be read is absent from the offer and the outcome is then `degraded`. Times are ISO 8601 in UTC.
 */
export type Observation = {
  outcome: InspectionOutcome;
  detail: string | null;
  era: 'modern' | 'legacy' | null;
  /** What to give as `prior` to the next inspection; null when no era was learned. */
  eraVerdict: EraVerdict | null;
  protocolVersion: string | null;
  transport: ObservedTransport;
  /** What the server says about itself: for display only, never an identity. */
  serverInfo: JsonObject | null;
  instructions: string | null;
  capabilities: JsonObject;
  offer: RawOffer | null;
  frames: RawFrame[];
  /** Wall time from the first dial to the last list page, in milliseconds. */
  latencyMs: number;
  startedAt: string;
  /** Everything the server sent, after decompression. */
  receivedBytes: number;
  /** The server's certificate, also of a handshake that failed; null without TLS. */
  tls: { expiresAt: string } | null;
  launch: LaunchFacts;
  /** One entry for each list that says how long it is fresh: the modern era. */
  freshness: ListFreshness[];
  /** Null where it does not apply (stdio) or could not be learned. */
  authentication: ObservedAuthentication | null;
  issues: ObservationIssue[];
};

/** Effective limits of one inspection. */
export type InspectionLimits = {
  timeoutMs: number;
  maxFrameBytes: number;
  maxTotalBytes: number;
  maxPages: number;
  maxFrameValues: number;
  maxProcessBytes: number;
};

export function limitsOf(options: InspectionOptions): InspectionLimits {
  return {
    timeoutMs: options.timeoutMs ?? 15_000,
    maxFrameBytes: options.maxFrameBytes ?? 10_000_000,
    maxTotalBytes: options.maxTotalBytes ?? 50_000_000,
    maxPages: options.maxPages ?? 64,
    maxFrameValues: options.maxFrameValues ?? 100_000,
    maxProcessBytes: options.maxProcessBytes ?? 1_073_741_824,
  };
}
