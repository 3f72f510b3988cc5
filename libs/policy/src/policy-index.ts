import type {
  PolicyAgent,
  PolicyGrant,
  PolicyQuarantine,
  PolicyState,
  PolicyTombstone,
  PolicyTool,
  PolicyVersion,
} from './policy-state.js';

/** An agent's id within the organization. */
export type AgentId = string;

/** One server, its records turned into maps. */
export type IndexedServer = {
  name: string;
  versions: ReadonlyMap<string, IndexedVersion>;
  tombstones: ReadonlyMap<string, PolicyTombstone>;
};

/** One routable version, its tools turned into a map. */
export type IndexedVersion = Omit<PolicyVersion, 'tools'> & { tools: ReadonlyMap<string, PolicyTool> };

/** One agent: alias -> tool -> grant. */
export type IndexedAgent = { name: string; tools: ReadonlyMap<string, ReadonlyMap<string, PolicyGrant>> };

type Holds = ReadonlyMap<string, readonly PolicyQuarantine[]>;

/** A policy prepared for look-ups: built once per activation, immutable, safe for keys such as `__proto__`. */
export type PolicyIndex = {
  servers: ReadonlyMap<string, IndexedServer>;
  agents: ReadonlyMap<AgentId, IndexedAgent>;
  /** Token hash -> whose it is; null when two agents claim it, which authenticates nobody. */
  tokens: ReadonlyMap<string, { agentId: AgentId; expiresAt: string | null } | null>;
  /** By alias: holds of the bundle and holds of the kill list. */
  quarantine: Holds;
  killed: Holds;
};

/** Builds the look-up maps of a policy; O(size), no validation beyond the types. */
export function indexPolicy(state: PolicyState): PolicyIndex {
  return {
    servers: mapOf(state.servers, (server) => ({
      name: server.name,
      versions: mapOf(server.versions, (version) => ({ ...version, tools: mapOf(version.tools, (tool) => tool) })),
      tombstones: mapOf(server.tombstones, (tombstone) => tombstone),
    })),
    agents: mapOf(state.agents, (agent) => ({
      name: agent.name,
      tools: mapOf(agent.tools, (tools) => mapOf(tools, (grant) => grant)),
    })),
    tokens: indexTokens(state.agents),
    quarantine: holdsByAlias(state.quarantine),
    killed: new Map(),
  };
}

/** The same policy with this kill list in force, replacing any earlier one; it can only remove permission. */
export function withKillList(index: PolicyIndex, deny: readonly PolicyQuarantine[]): PolicyIndex {
  return { ...index, killed: holdsByAlias(deny) };
}

/** Whose token this is (hex SHA-256 of the bearer token), or null when unknown, ambiguous or expired at `now`. */
export function authenticateAgent(index: PolicyIndex, tokenSha256: string, now: Date): AgentId | null {
  const owner = index.tokens.get(tokenSha256);
  if (owner === undefined || owner === null) return null;
  if (owner.expiresAt === null) return owner.agentId;
  // Written so that an unreadable date is an expired one.
  return now.getTime() < Date.parse(owner.expiresAt) ? owner.agentId : null;
}

/** The hold that covers this version and tool, kill list first; null when nothing holds it. */
export function holdOn(
  index: PolicyIndex,
  target: { alias: string; version: string; tool: string },
): PolicyQuarantine | null {
  const covers = (hold: PolicyQuarantine) =>
    (hold.version === null || hold.version === target.version) && (hold.tool === null || hold.tool === target.tool);
  return index.killed.get(target.alias)?.find(covers) ?? index.quarantine.get(target.alias)?.find(covers) ?? null;
}

function holdsByAlias(holds: readonly PolicyQuarantine[]): Holds {
  const byAlias = new Map<string, PolicyQuarantine[]>();
  for (const hold of holds) {
    const list = byAlias.get(hold.alias) ?? [];
    byAlias.set(hold.alias, list);
    list.push(hold);
  }
  return byAlias;
}

function indexTokens(agents: Record<string, PolicyAgent>): PolicyIndex['tokens'] {
  const tokens = new Map<string, { agentId: AgentId; expiresAt: string | null } | null>();
  for (const [agentId, agent] of Object.entries(agents)) {
    for (const { sha256, expiresAt } of agent.tokens) {
      tokens.set(sha256, tokens.has(sha256) ? null : { agentId, expiresAt });
    }
  }
  return tokens;
}

function mapOf<T, U>(entries: Record<string, T>, convert: (value: T) => U): Map<string, U> {
  return new Map(Object.entries(entries).map(([key, value]) => [key, convert(value)]));
}
