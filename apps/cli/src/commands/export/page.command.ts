import type { CommandSpec } from '../../command-spec.js';
import { exportDocument } from './export-document.js';

/** The catalogue page of one server. */
export const exportPageCommand: CommandSpec = {
  name: 'export page',
  summary: 'the catalogue page of one server (Markdown)',
  declare: (command) => {
    command
      .argument('<name>', 'NAME, e.g. com.acme/weather')
      .option('-o, --output <file>', 'write there instead of to stdout');
  },
  connects: 'account',
  run: (call) => exportDocument(call, `/exports/v1/servers/${encodeURIComponent(call.args[0] ?? '')}/page.md`),
};
