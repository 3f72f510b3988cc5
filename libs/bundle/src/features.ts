import type { PolicyState } from '@rollcall/policy';

/** What this library understands in a bundle. A bundle that names anything else is refused, never half understood. */
export const KNOWN_FEATURES = ['approvals', 'deprecations', 'launchers', 'quarantine', 'tombstones'] as const;

/** One word of a bundle's `features`. */
export type Feature = (typeof KNOWN_FEATURES)[number];

/** The features a reader must understand to enforce this state; sorted. */
export function featuresOf(state: PolicyState): Feature[] {
  const servers = Object.values(state.servers);
  const versions = servers.flatMap((server) => Object.values(server.versions));
  const needed: Record<Feature, boolean> = {
    approvals: versions.some((version) => Object.values(version.tools).some((tool) => tool.approval === 'human')),
    deprecations: versions.some((version) => version.deprecation !== null),
    launchers: versions.some((version) => version.endpoint.transport === 'stdio'),
    quarantine: state.quarantine.length > 0,
    tombstones: servers.some((server) => Object.keys(server.tombstones).length > 0),
  };
  return KNOWN_FEATURES.filter((feature) => needed[feature]);
}

/** The words of a `features` list this library does not know; empty for anything that is not a list of words. */
export function unknownFeatures(features: unknown): string[] {
  if (!Array.isArray(features)) return [];
  const known = new Set<unknown>(KNOWN_FEATURES);
  return features.filter((feature): feature is string => typeof feature === 'string' && !known.has(feature));
}
