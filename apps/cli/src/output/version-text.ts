import type { CliVersionFragment } from '@rollcall/schema';
import { bold, inline, red, yellow } from './style.js';

/** A version on one line, with what hangs over it. */
export function versionText(version: CliVersionFragment): string {
  const name = bold(inline(`${version.server.name} ${version.version}`));
  const parts = [`${name}  ${version.state}`];
  if (version.isLatest) parts.push('latest');
  if (version.quarantineReason !== null) parts.push(red(`quarantined: ${inline(version.quarantineReason)}`));
  const { deprecation } = version;
  if (deprecation !== null) {
    const { successor } = deprecation;
    const instead = successor === null ? 'no successor' : `use ${inline(`${successor.server} ${successor.version}`)}`;
    parts.push(yellow(`sunset ${deprecation.sunsetAt.slice(0, 10)}, ${instead}`));
  }
  return parts.join('  ');
}
