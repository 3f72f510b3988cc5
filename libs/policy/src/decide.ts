import type { Digest } from '@rollcall/contract';
import type { JsonObject } from '@rollcall/kernel';
import { type AgentId, holdOn, type IndexedServer, type IndexedVersion, type PolicyIndex } from './policy-index.js';
import type {
  PolicyEndpoint,
  PolicyGrant,
  PolicyQuarantine,
  PolicySuccessor,
  PolicyTombstone,
  PolicyTool,
} from './policy-state.js';

/** What to call instead of one tool; `tool` is the name the successor calls it. */
export type ToolSuccessor = { server: string; version: string; tool: string };

/** The value of `_meta["dev.rollcall/deprecation"]` on results and listed tools; `sunsetAt` is ISO 8601, UTC. */
export type DeprecationNotice = { sunsetAt: string; successor: ToolSuccessor | null; message: string };

/** A call that may go ahead, with all a gateway needs to route it and to compare the live definition with the pin. */
export type AllowedCall = {
  allow: true;
  alias: string;
  server: string;
  version: string;
  /** The name the server knows. */
  tool: string;
  endpoint: PolicyEndpoint;
  pin: Digest;
  /** The approved definition, under the server's own tool name. */
  definition: JsonObject;
  /** Id of the grant that decided. */
  grant: string;
  deprecation: DeprecationNotice | null;
};

/** A call that must not go ahead; `server`, `version` and `tool` are absent where naming them would reveal what exists. */
export type RefusedCall = {
  allow: false;
  code: 'TOOL_NOT_ALLOWED' | 'VERSION_DECOMMISSIONED' | 'VERSION_QUARANTINED' | 'APPROVAL_REQUIRED';
  message: string;
  server?: string;
  version?: string;
  tool?: string;
  successor?: ToolSuccessor;
  sunsetAt?: string;
};

/** The verdict on one call. */
export type Decision = AllowedCall | RefusedCall;

/** What an exposed name and an agent's grants lead to, before any rule is applied. */
export type GrantedTool = { alias: string; tool: string; grant: PolicyGrant; server: IndexedServer };

/** The name under which agents see a tool: `{alias}__{tool}`. */
export function exposedNameOf(alias: string, tool: string): string {
  return `${alias}__${tool}`;
}

/** Takes an exposed name apart at its first `__`; null when it is not one. */
export function parseExposedName(exposedName: string): { alias: string; tool: string } | null {
  const at = exposedName.indexOf('__');
  if (at <= 0 || at + 2 >= exposedName.length) return null;
  return { alias: exposedName.slice(0, at), tool: exposedName.slice(at + 2) };
}

/**
 * Decides one call: a few look-ups, no I/O. Order: quarantine, grant, tombstone, approval. A hold denies everybody, but is
 * named only to agents that hold a grant: to the others every refusal is the same `TOOL_NOT_ALLOWED`.
 */
export function decideCall(index: PolicyIndex, agentId: AgentId, exposedName: string): Decision {
  const granted = findGranted(index, agentId, exposedName);
  if (granted === null) return notAllowed(exposedName);
  const { alias, tool, server, grant } = granted;
  const hold = holdOn(index, { alias, version: grant.version, tool });
  if (hold !== null) return quarantined(granted, hold);
  const tombstone = server.tombstones.get(grant.version);
  if (tombstone !== undefined) return decommissioned(granted, tombstone);
  const version = server.versions.get(grant.version);
  const pinned = version?.tools.get(tool);
  // A grant without a pin cannot come out of the compiler; if one is ever signed, it grants nothing.
  if (version === undefined || pinned === undefined) return notAllowed(exposedName);
  if (pinned.approval !== 'none') return approvalRequired(granted);
  return allowed(granted, version, pinned);
}

/** The agent's grant for an exposed name, or null. */
export function findGranted(index: PolicyIndex, agentId: AgentId, exposedName: string): GrantedTool | null {
  const name = parseExposedName(exposedName);
  if (name === null) return null;
  const grant = index.agents.get(agentId)?.tools.get(name.alias)?.get(name.tool);
  const server = index.servers.get(name.alias);
  return grant === undefined || server === undefined ? null : { ...name, grant, server };
}

/** The deprecation of a version as one of its tools announces it; null when the version is not deprecated. */
export function deprecationNotice(version: IndexedVersion, tool: string): DeprecationNotice | null {
  if (version.deprecation === null) return null;
  const { sunsetAt, successor, message } = version.deprecation;
  return { sunsetAt, successor: successor === null ? null : successorOf(successor, tool), message };
}

function successorOf(successor: PolicySuccessor, tool: string): ToolSuccessor {
  const renamed = Object.hasOwn(successor.tools, tool) ? successor.tools[tool] : undefined;
  return { server: successor.server, version: successor.version, tool: renamed ?? tool };
}

function allowed(granted: GrantedTool, version: IndexedVersion, pinned: PolicyTool): AllowedCall {
  return {
    allow: true,
    alias: granted.alias,
    server: granted.server.name,
    version: granted.grant.version,
    tool: granted.tool,
    endpoint: version.endpoint,
    pin: pinned.digest,
    definition: pinned.definition,
    grant: granted.grant.grant,
    deprecation: deprecationNotice(version, granted.tool),
  };
}

function notAllowed(exposedName: string): RefusedCall {
  return {
    allow: false,
    code: 'TOOL_NOT_ALLOWED',
    message: `There is no tool "${exposedName}" that this agent may call; list the tools, or ask for a grant.`,
  };
}

const naming = ({ server, grant, tool }: GrantedTool) => ({ server: server.name, version: grant.version, tool });

function quarantined(granted: GrantedTool, hold: PolicyQuarantine): RefusedCall {
  const named = naming(granted);
  const scope = hold.tool === null ? `${named.server} ${named.version}` : `The tool ${named.tool} of ${named.server}`;
  return {
    allow: false,
    code: 'VERSION_QUARANTINED',
    message: `${scope} is on hold: ${hold.reason}`,
    ...named,
  };
}

function decommissioned(granted: GrantedTool, tombstone: PolicyTombstone): RefusedCall {
  const named = naming(granted);
  const successor = tombstone.successor === null ? null : successorOf(tombstone.successor, granted.tool);
  const instead =
    successor === null
      ? 'it has no successor'
      : `use ${successor.tool} of ${successor.server} ${successor.version} instead`;
  return {
    allow: false,
    code: 'VERSION_DECOMMISSIONED',
    message: `${named.server} ${named.version} was decommissioned on ${tombstone.decommissionedAt.slice(0, 10)}; ${instead}.`,
    ...named,
    ...(successor === null ? {} : { successor }),
    ...(tombstone.sunsetAt === null ? {} : { sunsetAt: tombstone.sunsetAt }),
  };
}

function approvalRequired(granted: GrantedTool): RefusedCall {
  const named = naming(granted);
  return {
    allow: false,
    code: 'APPROVAL_REQUIRED',
    message: `A call of ${named.tool} of ${named.server} ${named.version} needs the approval of a person.`,
    ...named,
  };
}
