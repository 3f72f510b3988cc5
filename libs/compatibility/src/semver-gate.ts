import type { Contract } from '@rollcall/contract';
import semver from 'semver';
import { compareContracts } from './compare.js';
import type { Comparison } from './comparison.js';

/** A version number with the contract it stands for. */
export type VersionedContract = { version: string; contract: Contract };

/** Whether the version number says as much as the contract changed. */
export type SemverVerdict = {
  allowed: boolean;
  code: 'SEMVER_OK' | 'SEMVER_MAJOR_REQUIRED' | 'SEMVER_MINOR_REQUIRED' | 'NOT_SEMVER';
  required: 'none' | 'minor' | 'major';
  comparison: Comparison;
  message: string;
  nextStep: string;
};

/**
 * A breaking change needs a new major version, any other contract change at least a new minor one. Below 1.0.0 the minor
 * number takes the place of the major one (semver.org section 4). Versions that are not semver are let through and named.
 */
export function semverGate(base: VersionedContract, head: VersionedContract): SemverVerdict {
  const comparison = compareContracts(base.contract, head.contract);
  const required = requiredBump(comparison);
  const from = semver.parse(base.version);
  const to = semver.parse(head.version);
  if (from === null || to === null) return notSemver({ base, head, comparison, required });
  const lowest = lowestAccepted(from, required);
  const [worst] = comparison.changes;
  const names =
    worst === undefined ? '' : ` (${worst.tool === null ? worst.member : `tool "${worst.tool}"`}: ${worst.ruleId})`;
  if (required === 'none' || semver.gte(core(to), lowest)) {
    const message =
      required === 'none'
        ? 'The contract did not change.'
        : `${head.version} is high enough for the changes since ${base.version}${names}.`;
    return { allowed: true, code: 'SEMVER_OK', required, comparison, message, nextStep: 'Nothing to do.' };
  }
  const code = required === 'major' ? 'SEMVER_MAJOR_REQUIRED' : 'SEMVER_MINOR_REQUIRED';
  const what = required === 'major' ? 'a breaking change' : 'a change of the contract';
  const message = `${head.version} is too low: ${what} since ${base.version}${names} needs at least ${lowest}.`;
  return {
    allowed: false,
    code,
    required,
    comparison,
    message,
    nextStep: `Publish it as ${lowest} or higher, or take the change back.`,
  };
}

function requiredBump(comparison: Comparison): 'none' | 'minor' | 'major' {
  if (comparison.changes.length === 0) return 'none';
  return comparison.conclusion === 'breaking' ? 'major' : 'minor';
}

/** The lowest release that is accepted; a pre-release of it is accepted too. */
function lowestAccepted(from: semver.SemVer, required: 'none' | 'minor' | 'major'): string {
  if (required === 'none') return `${from.major}.${from.minor}.${from.patch}`;
  // A pre-release promises nothing yet: its own release may still change everything of that level.
  const pre = from.prerelease.length > 0;
  const major = required === 'major' && from.major > 0;
  if (major) return pre && from.minor === 0 && from.patch === 0 ? `${from.major}.0.0` : `${from.major + 1}.0.0`;
  return pre && from.patch === 0 ? `${from.major}.${from.minor}.0` : `${from.major}.${from.minor + 1}.0`;
}

function core(version: semver.SemVer): string {
  return `${version.major}.${version.minor}.${version.patch}`;
}

function notSemver(of: {
  base: VersionedContract;
  head: VersionedContract;
  comparison: Comparison;
  required: 'none' | 'minor' | 'major';
}): SemverVerdict {
  const { base, head, comparison, required } = of;
  const which = semver.valid(base.version) === null ? base.version : head.version;
  return {
    allowed: true,
    code: 'NOT_SEMVER',
    required,
    comparison,
    message: `"${which}" is not a semantic version, so the number says nothing about ${comparison.conclusion} changes.`,
    nextStep: 'Use versions of the form MAJOR.MINOR.PATCH to have them checked.',
  };
}
