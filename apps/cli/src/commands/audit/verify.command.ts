import type { AuditExportVerdict, AuditPublicKey } from '@rollcall/schema';
import { z } from 'zod';
import { fetchAuditExport } from '../../audit-export.client.js';
import { fileChunks, verifyAuditExport } from '../../audit-export.reader.js';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { EXIT } from '../../errors/exit-codes.js';
import { usage } from '../../errors/failure.js';
import { bold, dim, green, red } from '../../output/style.js';
import { readText } from '../../target/input-file.js';

const MAX_KEYS_BYTES = 1024 * 1024;
const KEYS = z.object({ keys: z.array(z.object({ keyId: z.string(), publicKey: z.string() })) });

/** Verifies the audit chain. */
export const auditVerifyCommand: CommandSpec = {
  name: 'audit verify',
  summary: 'verify the audit log, of the control plane or of an export: every event, signature and the end',
  declare: (command) => {
    command
      .argument('[file]', 'an export; without it the log is fetched')
      .option('--keys <file>', 'take only signatures of these keys, as GET /audit/v1/keys gave them earlier')
      .option('--head <hash>', 'the chain must contain this hash, noted earlier');
  },
  connects: 'account',
  run: verify,
};

async function verify({ cli, args: [file], options }: Invocation): Promise<CommandOutcome> {
  const keysFile = options.text('keys');
  const keys = keysFile === undefined ? undefined : readKeys(await readText(cli.io, keysFile, MAX_KEYS_BYTES));
  const chunks = file === undefined ? fetchAuditExport((await cli.controlPlane()).settings) : fileChunks(cli.io, file);
  const hash = options.text('head');
  const { verdict, contains } = await verifyAuditExport(chunks, { keys, hash });
  if (!verdict.ok) return describe(verdict, keys !== undefined);
  const sequence = verdict.first + verdict.events;
  if (hash !== undefined && !contains) {
    const reason = 'The hash noted earlier is not in the chain: its end was cut off or rewritten.';
    return describe({ ok: false, sequence, line: 0, reason }, keys !== undefined);
  }
  if (keys !== undefined && verdict.signed === null) {
    const reason = 'Nothing in it is signed, so the keys prove nothing.';
    return describe({ ok: false, sequence, line: 0, reason }, true);
  }
  return describe(verdict, keys !== undefined);
}

function readKeys(text: string): AuditPublicKey[] {
  try {
    return KEYS.parse(JSON.parse(text)).keys;
  } catch {
    throw usage('The file of keys is not what GET /audit/v1/keys gives.', 'Fetch it again.', 'NOT_KEYS');
  }
}

function describe(verdict: AuditExportVerdict, trusted: boolean): CommandOutcome {
  if (!verdict.ok) {
    const { sequence, reason } = verdict;
    const text = `${red('✖')} ${bold('the chain is broken')} at event ${sequence}: ${reason}`;
    return { data: { ok: false, sequence, reason }, text, exitCode: EXIT.no };
  }
  const { events: length, signed, ...rest } = verdict;
  const lines = [`${green('✔')} ${bold('the chain holds')}  ${length} events, head ${verdict.head}`];
  if (signed)
    lines.push(dim(`  signed up to event ${signed.sequence} at ${signed.at} with key ${signed.keyId.slice(0, 16)}`));
  if (signed && !trusted)
    lines.push(dim('  the keys are those of the export itself: pass --keys to trust nobody else'));
  const data = { length, ...rest, signed };
  const keys = trusted ? 'given' : 'of the export';
  return { data: signed ? { ...data, keys } : data, text: lines.join('\n'), exitCode: EXIT.done };
}
