import { isSemver } from '@rollcall/policy';
import semver from 'semver';
import type { LifecycleState } from './lifecycle-state.js';

/** Status words of the MCP Registry API v0.1. */
export type RegistryStatus = 'active' | 'deprecated' | 'deleted';

const STATUS: Record<LifecycleState, RegistryStatus | null> = {
  draft: null,
  in_review: null,
  rejected: null,
  staging: null,
  canary: 'active',
  active: 'active',
  deprecated: 'deprecated',
  decommissioned: 'deleted',
};

/** What public readers of the registry API see of a version; null means absent (404). */
export function registryStatus(state: LifecycleState, quarantined: boolean): RegistryStatus | null {
  return quarantined ? null : STATUS[state];
}

/** A version as the `latest` rule sees it. Without `publishedAt` the order of the list is the order of publishing. */
export type RankedVersion = { version: string; state: LifecycleState; quarantined?: boolean; publishedAt?: string };

/**
 * The version `latest` means, or null when the registry shows none. The highest that is not deleted; when all are deleted,
 * the highest of those. Semver beats anything else; without semver the later publish wins; equal precedence (build
 * metadata is ignored) leaves the earlier one.
 */
export function latestVersion(versions: readonly RankedVersion[]): string | null {
  const shown = versions
    .map((entry) => ({ ...entry, status: registryStatus(entry.state, entry.quarantined ?? false) }))
    .filter(({ status }) => status !== null);
  const alive = shown.filter(({ status }) => status !== 'deleted');
  const candidates = (alive.length > 0 ? alive : shown).sort(byPublishing);
  let latest: RankedVersion | null = null;
  for (const candidate of candidates) {
    if (latest === null || outranks(candidate.version, latest.version)) latest = candidate;
  }
  return latest?.version ?? null;
}

/**
 * Whether a version that is now shown takes `latest` over from the one that has it, by the same rule; `latest` null when
 * none has it. A version that is not shown takes nothing over.
 */
export function outranksLatest(version: RankedVersion, latest: RankedVersion | null): boolean {
  const pair = latest === null ? [version] : [version, latest];
  return latestVersion(pair) === version.version;
}

function byPublishing(a: RankedVersion, b: RankedVersion): number {
  if (a.publishedAt === undefined || b.publishedAt === undefined) return 0;
  // of two published in the same instant, one has to be the earlier one, whoever asks
  return Date.parse(a.publishedAt) - Date.parse(b.publishedAt) || (a.version < b.version ? -1 : 1);
}

/** Whether a later published version takes `latest` over from an earlier one. */
function outranks(later: string, earlier: string): boolean {
  const laterIsSemver = isSemver(later);
  const earlierIsSemver = isSemver(earlier);
  if (laterIsSemver && earlierIsSemver) return semver.gt(later, earlier);
  return laterIsSemver || !earlierIsSemver;
}
