import { auditExportText, fetchAuditEvents } from '../../audit-events.reader.js';
import type { CommandSpec } from '../../command-spec.js';
import { writeOutput } from '../../output/output-file.js';
import { green } from '../../output/style.js';

/** Exports the audit log. */
export const auditExportCommand: CommandSpec = {
  name: 'audit export',
  summary: 'write every audit event to a file, one JSON object on each line',
  declare: (command) => {
    command.requiredOption('-o, --output <file>', 'write there');
  },
  connects: 'account',
  run: async ({ cli, options }) => {
    const output = options.required('output', '--output');
    const events = await fetchAuditEvents(await cli.controlPlane());
    await writeOutput(cli.io, output, auditExportText(events), 0o600);
    const head = events.at(-1)?.hash ?? null;
    const text = `${green('✔')} ${events.length} events in ${output}${head === null ? '' : `, head ${head}`}`;
    return { data: { file: output, events: events.length, head }, text };
  },
};
