import type { JsonObject } from '@rollcall/kernel';
import { type LifecycleState, type RegistryStatus, registryStatus } from '@rollcall/lifecycle';

/** One version as every output sees it; times are ISO 8601 in UTC. */
export type ApprovedVersion = {
  version: string;
  state: LifecycleState;
  quarantined: boolean;
  isLatest: boolean;
  publishedAt: string;
  sunsetAt: string | null;
  successor: { server: string; version: string } | null;
  statusMessage: string | null;
  contractDigest: string | null;
  /** The `server.json` as published. */
  manifest: JsonObject;
};

/** One server with its versions, newest published first, and the tool definitions of the version `latest` means. */
export type ApprovedServer = {
  name: string;
  title: string | null;
  description: string;
  owner: { slug: string; name: string };
  contact: string | null;
  criticality: string;
  dataClass: string;
  versions: ApprovedVersion[];
  tools: JsonObject[];
};

/** What an organization has approved: the one input of every output, so that no two of them can disagree. */
export type ApprovedSet = { organization: string; servers: ApprovedServer[] };

/** The status all outputs go by; null means that the version is shown nowhere. */
export function statusOf(version: ApprovedVersion): RegistryStatus | null {
  return registryStatus(version.state, version.quarantined);
}

/** Versions a client may use now: active or deprecated, and not held. */
export function usableVersions(server: ApprovedServer): ApprovedVersion[] {
  return server.versions.filter((one) => ['active', 'deprecated'].includes(statusOf(one) ?? ''));
}

/** Versions a client must not use any more: ended or held. What never was approved is neither. */
export function endedVersions(server: ApprovedServer): ApprovedVersion[] {
  return server.versions.filter((one) => one.quarantined || one.state === 'decommissioned');
}

/** The version the outputs describe: what `latest` means, else the newest that is usable. */
export function currentVersion(server: ApprovedServer): ApprovedVersion | null {
  const usable = usableVersions(server);
  return usable.find((one) => one.isLatest) ?? usable[0] ?? null;
}

/** The servers that are in every output: those with at least one usable version, in byte order of their names. */
export function shownServers(set: ApprovedSet): ApprovedServer[] {
  return set.servers
    .filter((server) => usableVersions(server).length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
