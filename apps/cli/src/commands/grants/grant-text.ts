import type { CliGrantFragment } from '@rollcall/schema';
import { inline } from '../../output/style.js';

/** A grant on one line. */
export function grantText(grant: CliGrantFragment): string {
  const tools = grant.tools.map(inline).join(', ');
  const where = `${inline(grant.server.name)} ${inline(grant.versions)} in ${grant.environment.name}`;
  const end = grant.revokedAt === null ? '' : `  revoked ${grant.revokedAt}`;
  return `${grant.id}  ${grant.agent.slug} may call ${tools} of ${where}${end}`;
}
