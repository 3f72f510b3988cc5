import { type AuditChainVerdict, verifyAuditChain } from '@rollcall/schema';
import { fetchAuditEvents, parseAuditExport } from '../../audit-events.reader.js';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { EXIT } from '../../errors/exit-codes.js';
import { bold, green, red } from '../../output/style.js';
import { readText } from '../../target/input-file.js';

const MAX_EXPORT_BYTES = 512 * 1024 * 1024;

/** Verifies the audit chain. */
export const auditVerifyCommand: CommandSpec = {
  name: 'audit verify',
  summary: 'verify the audit chain from its first event, of the control plane or of an export',
  declare: (command) => {
    command
      .argument('[file]', 'an export; without it every event is fetched')
      .option('--head <hash>', 'the chain must contain this hash, noted earlier: finds a cut-off end');
  },
  connects: 'account',
  run: verify,
};

async function verify({ cli, args: [file], options }: Invocation): Promise<CommandOutcome> {
  const events =
    file === undefined
      ? await fetchAuditEvents(await cli.controlPlane())
      : parseAuditExport(await readText(cli.io, file, MAX_EXPORT_BYTES));
  const chain = verifyAuditChain(events);
  const noted = options.text('head');
  const missing = chain.ok && noted !== undefined && !events.some((event) => event.hash === noted);
  const verdict: AuditChainVerdict = missing
    ? {
        ok: false,
        sequence: events.length + 1,
        reason: 'The hash noted earlier is not in the chain: its end was cut off or rewritten.',
      }
    : chain;
  const text = verdict.ok
    ? `${green('✔')} ${bold('the chain holds')}  ${verdict.length} events, head ${verdict.head}`
    : `${red('✖')} ${bold('the chain is broken')} at event ${verdict.sequence}: ${verdict.reason}`;
  return { data: verdict, text, exitCode: verdict.ok ? EXIT.done : EXIT.no };
}
