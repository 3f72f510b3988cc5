import type { VersionRef } from '@rollcall/registry';

/** How the audit log names the version an attempt was about, also when it does not exist. */
export function versionSubject(ref: VersionRef): string {
  return `version:${ref.byId ?? `${ref.byName?.server}@${ref.byName?.version}`}`;
}
