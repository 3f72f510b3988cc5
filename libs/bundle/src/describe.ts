import { compareVersions, type PolicyServer } from '@rollcall/policy';
import type { Audience, BundlePayload } from './wire.js';

/** A bundle in short, for people; everything sorted. */
export type BundleSummary = {
  audience: Audience;
  epoch: number;
  serial: number;
  previous: string | null;
  issuedAt: string;
  staleAfter: string;
  hardExpiresAt: string;
  features: string[];
  stateDigest: string;
  servers: ServerSummary[];
  agents: { id: string; name: string; tokens: number; tools: number }[];
  quarantine: { alias: string; version: string | null; tool: string | null; reason: string }[];
};

/** One server of a bundle; versions from highest to lowest. */
export type ServerSummary = {
  alias: string;
  name: string;
  versions: {
    version: string;
    state: string;
    tools: number;
    approvals: number;
    endpoint: string;
    sunsetAt: string | null;
  }[];
  tombstones: string[];
};

/** Summarizes a bundle for a terminal or a page. */
export function describeBundle(bundle: BundlePayload): BundleSummary {
  const { audience, epoch, serial, previous, issuedAt, staleAfter, hardExpiresAt, features, stateDigest, state } =
    bundle;
  const servers = sortedEntries(state.servers).map(([alias, server]) => describeServer(alias, server));
  const agents = sortedEntries(state.agents).map(([id, agent]) => {
    const tools = Object.values(agent.tools).reduce((sum, granted) => sum + Object.keys(granted).length, 0);
    return { id, name: agent.name, tokens: agent.tokens.length, tools };
  });
  const head = { audience, epoch, serial, previous, issuedAt, staleAfter, hardExpiresAt, features, stateDigest };
  return { ...head, servers, agents, quarantine: state.quarantine };
}

function describeServer(alias: string, server: PolicyServer): ServerSummary {
  const versions = Object.entries(server.versions).map(([version, entry]) => ({
    version,
    state: entry.state,
    tools: Object.keys(entry.tools).length,
    approvals: Object.values(entry.tools).filter((tool) => tool.approval === 'human').length,
    endpoint: entry.endpoint.transport === 'stdio' ? `stdio:${entry.endpoint.launcher}` : entry.endpoint.url,
    sunsetAt: entry.deprecation?.sunsetAt ?? null,
  }));
  return {
    alias,
    name: server.name,
    versions: versions.sort((a, b) => compareVersions(b.version, a.version)),
    tombstones: Object.keys(server.tombstones).sort((a, b) => compareVersions(b, a)),
  };
}

function sortedEntries<T>(record: Record<string, T>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
