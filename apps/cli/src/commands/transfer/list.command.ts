import { CliTransfersDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { transferText } from './transfer-text.js';

/** Servers on their way, and those that arrived or did not. */
export const transferListCommand: CommandSpec = {
  name: 'transfer list',
  summary: 'the newest transfers of your teams',
  declare: (command) => {
    command.option('--pending', 'only those that wait for an answer');
  },
  connects: 'account',
  run: async ({ cli, options }) => {
    const plane = await cli.controlPlane();
    const { serverTransfers } = await plane.execute(CliTransfersDocument, { pending: options.flag('pending') });
    const transfers = serverTransfers.edges.map(({ node }) => node);
    return { data: { transfers }, text: transfers.map(transferText).join('\n') || 'No transfer.' };
  },
};
