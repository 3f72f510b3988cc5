import { CliTransferRequestDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { transferText } from './transfer-text.js';

/** Offers a server to another team. */
export const transferRequestCommand: CommandSpec = {
  name: 'transfer request',
  summary: 'offer a server to another team',
  declare: (command) => {
    command
      .argument('<server>', 'NAME')
      .requiredOption('--to <team>', 'slug of the receiving team')
      .requiredOption('--reason <reason>', 'why; recorded')
      .option('--direct', 'accept it in the same step, for those who may do so for the receiving team');
  },
  connects: 'account',
  run: async ({ cli, args: [server = ''], options }) => {
    const input = {
      server: { byName: server },
      toTeam: options.required('to', '--to'),
      reason: options.required('reason', '--reason'),
      direct: options.flag('direct'),
    };
    const plane = await cli.controlPlane();
    const { serverTransferRequest: payload } = await plane.execute(CliTransferRequestDocument, { input });
    const transfer = entityOf(payload.transfer, payload.errors);
    return { data: { transfer }, text: transferText(transfer) };
  },
};
