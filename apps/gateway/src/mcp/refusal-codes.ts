import { RPC } from './protocol.js';

/**
 * JSON-RPC numbers of structured refusals. Implementation-defined codes live in -32000..-32019 (2026-07-28, "Error codes");
 * -32000..-32002 already mean something to SDK clients, so ours start at -32010. Programs match on `data.code`, not on these.
 */
const NUMBERS: Readonly<Record<string, number>> = {
  TOOL_NOT_ALLOWED: RPC.invalidParams,
  VERSION_DECOMMISSIONED: -32010,
  VERSION_QUARANTINED: -32011,
  APPROVAL_REQUIRED: -32012,
  UPSTREAM_UNAVAILABLE: -32013,
  UPSTREAM_TIMEOUT: -32014,
  CONTRACT_DRIFT: -32015,
  POLICY_EXPIRED: -32016,
  POLICY_UNAVAILABLE: -32017,
};

/** The JSON-RPC number of a refusal code. */
export function numberOf(code: string): number {
  return NUMBERS[code] ?? -32019;
}
