import { fetchAuditExport } from '../../audit-export.client.js';
import { verifyAuditExport } from '../../audit-export.reader.js';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { CliFailure, usage } from '../../errors/failure.js';
import { writeOutputStream } from '../../output/output-file.js';
import { green } from '../../output/style.js';

/** Exports the audit log. */
export const auditExportCommand: CommandSpec = {
  name: 'audit export',
  summary: 'write the audit log to a file, one JSON object on each line, signed as a whole',
  declare: (command) => {
    command
      .option('-o, --output <file>', 'write there')
      .option('--out <file>', 'the same')
      .option('--from <time>', 'events since this date or time, and what proves them')
      .option('--to <time>', 'events until this date or time, and what proves them');
  },
  connects: 'account',
  run: exportAudit,
};

async function exportAudit({ cli, options }: Invocation): Promise<CommandOutcome> {
  const output = options.text('output') ?? options.text('out');
  if (!output) throw usage('--output is missing or empty.', 'Add --output FILE.');
  const range = { from: options.instant('from', '--from'), to: options.instant('to', '--to') };
  const { settings } = await cli.controlPlane();
  // verified on its way: a connection that broke half-way leaves no file behind
  const verdict = await writeOutputStream(cli.io, output, fetchAuditExport(settings, range), async (chunks) => {
    const { verdict } = await verifyAuditExport(chunks, {});
    if (!verdict.ok) throw broken(verdict);
    return verdict;
  });
  const { events, head } = verdict;
  return {
    data: { file: output, events, head, signed: verdict.signed },
    text: `${green('✔')} ${events} events in ${output}, head ${head}`,
  };
}

function broken({ sequence, reason }: { sequence: number; reason: string }): CliFailure {
  return new CliFailure({
    code: 'AUDIT_BROKEN',
    message: `The log that the control plane sent does not hold at event ${sequence}: ${reason}`,
    nextStep: 'Keep the database as it is and look for who changed it; rollcall audit verify shows the same.',
  });
}
