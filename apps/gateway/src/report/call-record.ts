import type { CallShape } from '../mcp/call-shape.js';

/** How a call ended: `ok` answered (a tool's own error counts as an answer), `refused` by policy, `error` not answered. */
export type CallOutcome = 'ok' | 'refused' | 'error';

/** What is known about one call when it is over. Never its arguments or its result. */
export type CallRecord = {
  requestId: string;
  agent: string;
  /** The name the caller used, cut to 200 characters. */
  name: string;
  alias: string | null;
  server: string | null;
  version: string | null;
  tool: string | null;
  outcome: CallOutcome;
  /** Refusal or failure code; `TOOL_ERROR` and `INVALID_ARGUMENTS` for answers that say so. */
  code: string | null;
  latencyMs: number;
  serial: number;
};

/** Receives every finished call: the audit log, the metrics and the usage counts. The shape is for the counts alone. */
export type CallSink = (record: CallRecord, shape: CallShape | null) => void;
