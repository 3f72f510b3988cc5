import { digestOf } from '@rollcall/contract';
import semver from 'semver';

/** As the upstream registry caps it. */
export const MAX_VERSIONS_PER_SERVER = 10_000;

const ALIAS = /^[a-z0-9][a-z0-9-]{0,31}$/;
const NAMESPACE = /^(?=.{3,200}$)[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)+$/;

/** True when the text may prefix tool names. */
export const isAlias = (text: string): boolean => ALIAS.test(text);

/** True for a reverse-DNS prefix with at least one dot. */
export const isNamespace = (text: string): boolean => NAMESPACE.test(text);

/** The alias a server gets when its publisher chooses none: the name part in the alias alphabet. */
export function defaultAlias(serverName: string): string {
  const part = serverName.slice(serverName.indexOf('/') + 1).toLowerCase();
  return part
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32);
}

/** The alias when the default one is taken: the same for the same name, and hardly ever that of another. */
export function spareAlias(serverName: string): string {
  const digest = digestOf(serverName).slice('sha256:'.length);
  return `${defaultAlias(serverName).slice(0, 21)}-${digest.slice(0, 10)}`;
}

/** What choosing a base needs to know of a version. */
export type BaseCandidate = { version: string; state: string; contractDigest: string | null };

/**
 * The version a new one is judged against: the highest one below it whose contract is known and that was not rejected or
 * ended; semver order when both are semver, else the newest published. `candidates` come newest first.
 */
export function chooseBase<T extends BaseCandidate>(version: string, candidates: readonly T[]): T | null {
  const usable = candidates.filter(
    (one) =>
      one.version !== version && one.contractDigest !== null && !['rejected', 'decommissioned'].includes(one.state),
  );
  if (!semver.valid(version)) return usable[0] ?? null;
  const below = usable.filter((one) => semver.valid(one.version) && semver.lt(one.version, version));
  below.sort((a, b) => semver.rcompare(a.version, b.version));
  return below[0] ?? null;
}
