import type { RawOffer } from '@rollcall/contract';
import type { Clock, JsonObject } from '@rollcall/kernel';
import type { NetworkPolicy } from './network-policy.js';

/** Where a server runs and how to reach it. `headers` are credentials: they are sent to this URL only and never recorded. */
export type InspectionTarget =
  | { transport: 'streamable-http'; url: string; headers?: Record<string, string> }
  | { transport: 'sse'; url: string }
  | { transport: 'stdio'; command: string; args: string[]; env?: Record<string, string>; cwd?: string };

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
  /** Most pages followed in one list, default 64. */
  maxPages?: number;
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

/** Something worth telling about what was seen; `code` is stable UPPER_SNAKE. */
export type ObservationIssue = { code: string; message: string };

/** The wire an inspection used in the end. */
export type ObservedTransport = 'streamable-http' | 'sse' | 'stdio';

/**
 * What one inspection saw. `offer` is null unless `tools/list` was read to its last page; a list other than tools that
 * could not be read is absent from the offer and the outcome is then `degraded`. Times are ISO 8601 in UTC.
 */
export type Observation = {
  outcome: InspectionOutcome;
  detail: string | null;
  era: 'modern' | 'legacy' | null;
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
  /** Null where it does not apply (stdio) or could not be learned. */
  authentication: { required: boolean; wwwAuthenticate: string | null } | null;
  issues: ObservationIssue[];
};

/** Effective limits of one inspection. */
export type InspectionLimits = { timeoutMs: number; maxFrameBytes: number; maxTotalBytes: number; maxPages: number };

export function limitsOf(options: InspectionOptions): InspectionLimits {
  return {
    timeoutMs: options.timeoutMs ?? 15_000,
    maxFrameBytes: options.maxFrameBytes ?? 10_000_000,
    maxTotalBytes: options.maxTotalBytes ?? 50_000_000,
    maxPages: options.maxPages ?? 64,
  };
}
