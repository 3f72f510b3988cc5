import type { JsonValue } from '@rollcall/kernel';
import type { ManifestIssue } from './manifest.js';
import { isExactVersion } from './values.js';

/** An error found by a rule the schema does not have. */
export function semantic(path: string, message: string, severity: ManifestIssue['severity'] = 'error'): ManifestIssue {
  return { type: 'semantic', path, message, severity };
}

/** The rules for a version: an exact one, because what it names can never change. */
export function versionIssues(path: string, version: JsonValue | undefined): ManifestIssue[] {
  if (typeof version !== 'string') return [];
  if (version.trim() === '')
    return [semantic(path, 'A version must not be empty: clients refuse entries without one.')];
  if (isExactVersion(version)) return [];
  return [semantic(path, `"${version}" is a range or an alias; a version must name exactly one release.`)];
}
