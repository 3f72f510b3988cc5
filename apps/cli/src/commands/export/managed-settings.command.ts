import { Option } from 'commander';
import type { CommandSpec } from '../../command-spec.js';
import { exportDocument } from './export-document.js';

/** Allow and deny lists for MCP clients. */
export const exportManagedSettingsCommand: CommandSpec = {
  name: 'export managed-settings',
  summary: 'allow and deny lists for MCP clients (managed-settings.json)',
  declare: (command) => {
    command
      .addOption(
        new Option('--access <kind>', 'direct: clients connect to servers; gateway: only through the gateway')
          .choices(['direct', 'gateway'])
          .default('direct'),
      )
      .option('-o, --output <file>', 'write there instead of to stdout');
  },
  connects: 'account',
  run: (call) =>
    exportDocument(call, `/exports/v1/managed-settings.json?access=${call.options.text('access') ?? 'direct'}`),
};
