import semver from 'semver';

/** Ranges and versions longer than this are not parsed at all: a bound on the work a stored string can cause. */
const MAX_LENGTH = 256;
const THREE_NUMERIC_PARTS = /^v?\d+\.\d+\.\d+(?:[-+].*)?$/;

/** True for three numeric parts with optional leading `v`, prerelease and build: what the registry API calls semver. */
export function isSemver(version: string): boolean {
  return version.length <= MAX_LENGTH && THREE_NUMERIC_PARTS.test(version) && semver.valid(version) !== null;
}

/** Total order over version strings, ascending: not-semver before semver, then semver precedence, then build and code units. */
export function compareVersions(a: string, b: string): number {
  const aSemver = isSemver(a);
  const bSemver = isSemver(b);
  if (aSemver && bSemver) return semver.compareBuild(a, b) || compareText(a, b);
  if (aSemver !== bSemver) return aSemver ? 1 : -1;
  return compareText(a, b);
}

/** Orders two strings by UTF-16 code units, as RFC 8785 orders keys; never by locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** True when the text is a semver range such as `^1.2.0`, `1.x` or `*`. */
export function isRange(range: string): boolean {
  return range.length <= MAX_LENGTH && semver.validRange(range) !== null;
}

/** True when a semver version lies within a range; a version that is not semver lies in no range, only its exact string names it. */
export function inRange(version: string, range: string): boolean {
  return isSemver(version) && semver.satisfies(version, range);
}
