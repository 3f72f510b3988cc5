import { CliGrantRevokeDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green } from '../../output/style.js';
import { grantText } from './grant-text.js';

/** Takes a grant back. */
export const grantsRevokeCommand: CommandSpec = {
  name: 'grants revoke',
  summary: 'take a grant back',
  declare: (command) => {
    command.argument('<id>', 'as agents list prints it').requiredOption('--reason <reason>', 'why; recorded');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''], options }) => {
    const input = { id, reason: options.required('reason', '--reason') };
    const plane = await cli.controlPlane();
    const { grantRevoke: payload } = await plane.execute(CliGrantRevokeDocument, { input });
    const grant = entityOf(payload.grant, payload.errors);
    return { data: { grant }, text: `${green('✔')} ${grantText(grant)}` };
  },
};
