import { CliServerRenameDocument, type ServerRenameInput } from '@rollcall/schema';
import type { CommandSpec } from '../command-spec.js';
import { entityOf } from '../connection/control-plane.js';
import { green, inline } from '../output/style.js';

/** Says under which name a server goes on. */
export const renameCommand: CommandSpec = {
  name: 'rename',
  summary: 'go on under another name: the old one shows where, and takes no more versions',
  declare: (command) => {
    command
      .argument('<server>', 'NAME')
      .argument('<name>', 'the name it goes on under, in a namespace of your own')
      .option('--alias <alias>', 'prefix of its tools at the gateway, when the server is new');
  },
  connects: 'account',
  examples: ['rollcall rename com.acme/ledger com.acme.payments/ledger --alias ledger2'],
  run: async ({ cli, args: [server = '', name = ''], options }) => {
    const input: ServerRenameInput = { server: { byName: server }, name };
    const alias = options.text('alias');
    if (alias !== undefined) input.alias = alias;
    const plane = await cli.controlPlane();
    const { serverRename: payload } = await plane.execute(CliServerRenameDocument, { input });
    const next = entityOf(payload.server, payload.errors);
    return { data: { server: next }, text: `${green('✔')} ${inline(server)} goes on as ${inline(next.name)}` };
  },
};
