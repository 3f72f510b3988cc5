import {
  CliTransferAcceptDocument,
  CliTransferCancelDocument,
  CliTransferDeclineDocument,
  type CliTransferFragment,
} from '@rollcall/schema';
import type { CommandOutcome, CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { transferText } from './transfer-text.js';

/** The receiving team takes it. */
export const transferAcceptCommand: CommandSpec = {
  name: 'transfer accept',
  summary: 'accept a server for your team',
  declare: (command) => {
    command.argument('<id>', 'of the transfer');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''] }) => {
    const plane = await cli.controlPlane();
    const { serverTransferAccept: payload } = await plane.execute(CliTransferAcceptDocument, { input: { id } });
    return outcome(entityOf(payload.transfer, payload.errors));
  },
};

/** The receiving team does not take it. */
export const transferDeclineCommand: CommandSpec = {
  name: 'transfer decline',
  summary: 'decline a server that another team offers',
  declare: (command) => {
    command.argument('<id>', 'of the transfer').requiredOption('--reason <reason>', 'why; recorded');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''], options }) => {
    const input = { id, reason: options.required('reason', '--reason') };
    const plane = await cli.controlPlane();
    const { serverTransferDecline: payload } = await plane.execute(CliTransferDeclineDocument, { input });
    return outcome(entityOf(payload.transfer, payload.errors));
  },
};

/** The offering team takes it back. */
export const transferCancelCommand: CommandSpec = {
  name: 'transfer cancel',
  summary: 'take an offer back',
  declare: (command) => {
    command.argument('<id>', 'of the transfer');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''] }) => {
    const plane = await cli.controlPlane();
    const { serverTransferCancel: payload } = await plane.execute(CliTransferCancelDocument, { input: { id } });
    return outcome(entityOf(payload.transfer, payload.errors));
  },
};

const outcome = (transfer: CliTransferFragment): CommandOutcome => ({
  data: { transfer },
  text: transferText(transfer),
});
