import type { Digest } from '@rollcall/contract';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { type DeprecationNotice, deprecationNotice, exposedNameOf } from './decide.js';
import { type AgentId, holdOn, type IndexedServer, type IndexedVersion, type PolicyIndex } from './policy-index.js';
import type { PolicyGrant } from './policy-state.js';
import { compareText } from './version-order.js';

/** The `_meta` key that announces a deprecation. */
export const DEPRECATION_META_KEY = 'dev.rollcall/deprecation';

/** One tool as an agent's list shows it. */
export type VisibleTool = {
  /** `{alias}__{tool}`. */
  name: string;
  alias: string;
  server: string;
  version: string;
  /** The name the server knows. */
  tool: string;
  /** The approved definition under the exposed name, with the deprecation in `_meta` when there is one: ready to serve. */
  definition: JsonObject;
  pin: Digest;
  deprecation: DeprecationNotice | null;
  /** `human`: listed, but a call is refused with `APPROVAL_REQUIRED` until a person agrees. */
  approval: 'none' | 'human';
};

/**
 * The tools an agent may list, sorted by name. Exactly those whose call is allowed or waits for an approval: an approval
 * is about one call and not about permission, and a model that cannot see the tool could never ask for one.
 */
export function visibleTools(index: PolicyIndex, agentId: AgentId): VisibleTool[] {
  const visible: VisibleTool[] = [];
  for (const [alias, tools] of index.agents.get(agentId)?.tools ?? []) {
    const server = index.servers.get(alias);
    if (server === undefined) continue;
    for (const [tool, grant] of tools) {
      const shown = holdOn(index, { alias, version: grant.version, tool })
        ? null
        : show({ alias, server, tool, grant });
      if (shown !== null) visible.push(shown);
    }
  }
  return visible.sort((a, b) => compareText(a.name, b.name));
}

/** One sentence for the operator of an agent whose tool list is empty: why, and whom to ask. */
export function explainEmpty(index: PolicyIndex, agentId: AgentId): string {
  const agent = index.agents.get(agentId);
  if (agent === undefined) return 'This agent is not known in this environment; register it, or check its token.';
  let held = 0;
  let gone = 0;
  for (const [alias, tools] of agent.tools) {
    for (const [tool, { version }] of tools) {
      if (holdOn(index, { alias, version, tool })) held++;
      else if (index.servers.get(alias)?.tombstones.has(version)) gone++;
    }
  }
  if (held + gone === 0) {
    return `No grant of agent "${agent.name}" leads to a tool in this environment; ask an owner for a grant.`;
  }
  const parts = [held > 0 ? `${held} on hold` : '', gone > 0 ? `${gone} decommissioned` : ''].filter(Boolean);
  return `All tools granted to agent "${agent.name}" are unavailable: ${parts.join(', ')}.`;
}

type Entry = { alias: string; server: IndexedServer; tool: string; grant: PolicyGrant };

function show({ alias, server, tool, grant }: Entry): VisibleTool | null {
  // A tombstone wins over a version, as it does in a decision.
  if (server.tombstones.has(grant.version)) return null;
  const version = server.versions.get(grant.version);
  const pinned = version?.tools.get(tool);
  if (version === undefined || pinned === undefined) return null;
  const name = exposedNameOf(alias, tool);
  return {
    name,
    alias,
    server: server.name,
    version: grant.version,
    tool,
    definition: { ...pinned.definition, name, ...deprecationMeta(version, tool, pinned.definition) },
    pin: pinned.digest,
    deprecation: deprecationNotice(version, tool),
    approval: pinned.approval,
  };
}

function deprecationMeta(version: IndexedVersion, tool: string, definition: JsonObject): JsonObject {
  const notice = deprecationNotice(version, tool);
  const meta = isJsonObject(definition['_meta']) ? definition['_meta'] : {};
  const { [DEPRECATION_META_KEY]: forged, ...own } = meta;
  // Only the control plane announces deprecations: a server's own entry under our key is dropped.
  if (notice === null) return forged === undefined ? {} : { _meta: own };
  return { _meta: { ...own, [DEPRECATION_META_KEY]: notice } };
}
