import { type Decision, decideCall, exposedNameOf, findGranted, parseExposedName } from './decide.js';
import type { AgentId, PolicyIndex } from './policy-index.js';
import { compareText, compareVersions } from './version-order.js';

/** Why a call is decided as it is. For people who may see the whole policy: it names what exists, unlike the decision itself. */
export type CallExplanation = {
  agent: { id: AgentId; name: string } | null;
  exposedName: string;
  decision: Decision;
  /** The grant that decided, and the version it resolved to; null when none covers the call. */
  grant: { id: string; version: string } | null;
  /** Sentences, in the order in which they were found. */
  facts: string[];
  /** Exposed names this agent does hold that look like what was asked for; at most five, closest first. */
  nearMisses: string[];
};

const MAX_NEAR_MISSES = 5;
/** Longer names are compared by prefix only: edit distance is quadratic. */
const MAX_COMPARED_LENGTH = 200;

/** Explains one decision: which grant decided, what else the policy says about the name, and near misses. */
export function explainCall(index: PolicyIndex, agentId: AgentId, exposedName: string): CallExplanation {
  const agent = index.agents.get(agentId);
  const granted = findGranted(index, agentId, exposedName);
  return {
    agent: agent === undefined ? null : { id: agentId, name: agent.name },
    exposedName,
    decision: decideCall(index, agentId, exposedName),
    grant: granted === null ? null : { id: granted.grant.grant, version: granted.grant.version },
    facts: factsAbout(index, agentId, exposedName),
    nearMisses: granted === null ? nearMisses(index, agentId, exposedName) : [],
  };
}

function factsAbout(index: PolicyIndex, agentId: AgentId, exposedName: string): string[] {
  const agent = index.agents.get(agentId);
  if (agent === undefined) return [`There is no agent ${agentId} in this environment.`];
  const name = parseExposedName(exposedName);
  if (name === null) return [`"${exposedName}" is not an exposed tool name; those look like {alias}__{tool}.`];
  const server = index.servers.get(name.alias);
  if (server === undefined) return [`No server has the alias "${name.alias}" in this environment.`];
  const facts = offers(index, name.alias, name.tool);
  const grant = agent.tools.get(name.alias)?.get(name.tool);
  if (grant !== undefined) {
    facts.push(`Grant ${grant.grant} of agent "${agent.name}" resolves to version ${grant.version}.`);
  } else if (agent.tools.has(name.alias)) {
    facts.push(`Agent "${agent.name}" holds grants on ${name.alias}, but none covers "${name.tool}".`);
  } else {
    facts.push(`Agent "${agent.name}" holds no grant that leads to a tool of ${name.alias}.`);
  }
  for (const hold of [...(index.killed.get(name.alias) ?? []), ...(index.quarantine.get(name.alias) ?? [])]) {
    facts.push(`On hold: version ${hold.version ?? 'any'}, tool ${hold.tool ?? 'any'}: ${hold.reason}`);
  }
  return facts;
}

function offers(index: PolicyIndex, alias: string, tool: string): string[] {
  const server = index.servers.get(alias);
  if (server === undefined) return [];
  const facts: string[] = [];
  const routable = [...server.versions].filter(([, version]) => version.tools.has(tool));
  for (const [version, { state, tools }] of routable.sort(([a], [b]) => compareVersions(b, a))) {
    facts.push(`${server.name} ${version} (${state}) offers "${tool}", approval: ${tools.get(tool)?.approval}.`);
  }
  const gone = [...server.tombstones].filter(([, tombstone]) => tombstone.tools.includes(tool));
  for (const [version, { decommissionedAt }] of gone.sort(([a], [b]) => compareVersions(b, a))) {
    facts.push(`${server.name} ${version} offered "${tool}" until it was decommissioned at ${decommissionedAt}.`);
  }
  return facts.length > 0 ? facts : [`No version of ${server.name} in this environment offers "${tool}".`];
}

function nearMisses(index: PolicyIndex, agentId: AgentId, exposedName: string): string[] {
  const asked = parseExposedName(exposedName)?.tool ?? exposedName;
  const limit = Math.max(2, Math.floor(exposedName.length / 4));
  const scored: { name: string; score: number }[] = [];
  for (const [alias, tools] of index.agents.get(agentId)?.tools ?? []) {
    for (const tool of tools.keys()) {
      const name = exposedNameOf(alias, tool);
      const score = tool === asked ? 0 : distance(name.toLowerCase(), exposedName.toLowerCase());
      if (score <= limit) scored.push({ name, score });
    }
  }
  scored.sort((a, b) => a.score - b.score || compareText(a.name, b.name));
  return scored.slice(0, MAX_NEAR_MISSES).map(({ name }) => name);
}

/** Levenshtein distance over UTF-16 code units. */
function distance(a: string, b: string): number {
  if (Math.max(a.length, b.length) > MAX_COMPARED_LENGTH) return Number.POSITIVE_INFINITY;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitute, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
