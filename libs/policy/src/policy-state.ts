import type { Digest } from '@rollcall/contract';
import type { JsonObject } from '@rollcall/kernel';

/**
 * The compiled policy of one environment: what a gateway needs to decide every call without asking anybody.
 * Plain maps, no cycles, no optional behaviour: a decision is a few look-ups (see decide.ts).
 */
export type PolicyState = {
  /** By server alias; the alias is the prefix of tool names: `{alias}__{tool}`. */
  servers: Record<string, PolicyServer>;
  /** By agent id. */
  agents: Record<string, PolicyAgent>;
  /** Quarantined things; checked before everything else. */
  quarantine: PolicyQuarantine[];
};

/** A server as this environment sees it. */
export type PolicyServer = {
  /** Registry name, `com.acme.payments/ledger`. */
  name: string;
  /** By version string: the versions this environment may route to. */
  versions: Record<string, PolicyVersion>;
  /** By version string: what is gone, and what to use instead. */
  tombstones: Record<string, PolicyTombstone>;
};

/** How a gateway reaches an upstream. `stdio` names a launcher of the gateway's own configuration, never a command: a bundle must not be able to start programs. */
export type PolicyEndpoint = { transport: 'streamable-http'; url: string } | { transport: 'stdio'; launcher: string };

/** One routable version. */
export type PolicyVersion = {
  state: 'staging' | 'canary' | 'active' | 'deprecated';
  endpoint: PolicyEndpoint;
  contractDigest: Digest;
  /** By tool name as the server calls it: the approved definition and its digest (the pin). */
  tools: Record<string, PolicyTool>;
  deprecation: PolicyDeprecation | null;
};

/** A pinned tool: the gateway serves this definition, and compares the live one with the digest. */
export type PolicyTool = {
  digest: Digest;
  definition: JsonObject;
  /** `human`: needs an approval before each call; `none`: reviewed and free to call. */
  approval: 'none' | 'human';
};

/** Announced end of a version. */
export type PolicyDeprecation = {
  /** ISO 8601, UTC. */
  sunsetAt: string;
  successor: PolicySuccessor | null;
  message: string;
};

/** What to use instead. `tool` maps old tool names to new ones where they differ. */
export type PolicySuccessor = { server: string; version: string; tools: Record<string, string> };

/** A decommissioned version: refused with the way forward. `tools` are the names it once offered. */
export type PolicyTombstone = {
  sunsetAt: string | null;
  decommissionedAt: string;
  successor: PolicySuccessor | null;
  tools: string[];
};

/** One agent of the organization and what it may call here. */
export type PolicyAgent = {
  name: string;
  /** Hex SHA-256 of each valid bearer token, with its expiry (ISO 8601) or null. */
  tokens: { sha256: string; expiresAt: string | null }[];
  /** alias -> tool -> the version the grant resolves to. A tool that is not here is neither listed nor callable. */
  tools: Record<string, Record<string, PolicyGrant>>;
};

/** A resolved permission to call one tool of one version. */
export type PolicyGrant = { version: string; grant: string };

/** A hold. `version` or `tool` null means all of them. */
export type PolicyQuarantine = { alias: string; version: string | null; tool: string | null; reason: string };
