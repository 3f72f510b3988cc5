import type { CliTransferFragment } from '@rollcall/schema';
import { bold, inline } from '../../output/style.js';

/** A transfer on one line. */
export function transferText(transfer: CliTransferFragment): string {
  const { id, status, serverName, fromTeam, toTeam, requestedByHandle, reason } = transfer;
  const teams = `${inline(fromTeam.slug)} -> ${inline(toTeam.slug)}`;
  return [id, status, bold(inline(serverName)), teams, `by ${inline(requestedByHandle)}: ${inline(reason)}`].join('  ');
}
