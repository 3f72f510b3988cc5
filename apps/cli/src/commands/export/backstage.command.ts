import type { CommandSpec } from '../../command-spec.js';
import { exportDocument } from './export-document.js';

/** Entities for a Backstage catalogue. */
export const exportBackstageCommand: CommandSpec = {
  name: 'export backstage',
  summary: 'every approved server as a Backstage API entity, with its owner (YAML)',
  declare: (command) => {
    command.option('-o, --output <file>', 'write there instead of to stdout');
  },
  connects: 'account',
  run: (call) => exportDocument(call, '/exports/v1/backstage.yaml'),
};
