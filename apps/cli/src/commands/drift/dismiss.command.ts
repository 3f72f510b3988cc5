import { CliDriftDismissDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green, inline } from '../../output/style.js';
import { driftSubject } from './drift-text.js';

/** Says that a drift is known. */
export const driftDismissCommand: CommandSpec = {
  name: 'drift dismiss',
  summary: 'say that a drift is known; it is found again when yet another contract is seen',
  declare: (command) => {
    command.argument('<id>', 'id of the finding').requiredOption('--reason <text>', 'why it may stay');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''], options }) => {
    const plane = await cli.controlPlane();
    const reason = options.text('reason') ?? '';
    const { driftDismiss: payload } = await plane.execute(CliDriftDismissDocument, { input: { id, reason } });
    const drift = entityOf(payload.drift, payload.errors);
    return { data: { drift }, text: `${green('✔')} The drift of ${inline(driftSubject(drift))} is dismissed.` };
  },
};
