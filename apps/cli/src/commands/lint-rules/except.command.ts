import { CliLintExceptionGrantDocument, CliLintExceptionRevokeDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { green, inline } from '../../output/style.js';

/** Lets findings pass until a date. */
export const rulesExceptCommand: CommandSpec = {
  name: 'rules except',
  summary: 'let findings of a rule pass for a server or one of its tools, until a date',
  declare: (command) => {
    command
      .argument('<name>', 'NAME of the server')
      .requiredOption('--rule <id>', 'as lint prints it')
      .requiredOption('--reason <reason>', 'why; recorded')
      .requiredOption('--expires <date>', 'an ISO 8601 date or instant, at most 365 days away')
      .option('--tool <tool>', 'only this tool')
      .option('--fingerprint <fingerprint...>', 'only these findings; safety rules need them');
  },
  connects: 'account',
  examples: [
    'rollcall rules except com.acme/ledger --rule SECRET_PARAMETER --tool rotate_key --reason "It makes them." --expires 2027-03-31',
  ],
  run: async ({ cli, args: [name = ''], options }) => {
    const expiresAt = options.instant('expires', '--expires');
    if (expiresAt === undefined) throw usage('--expires is missing.', 'Add --expires 2027-03-31.');
    const [tool, fingerprints] = [options.text('tool'), options.list('fingerprint')];
    const input = {
      server: { byName: name },
      rule: options.required('rule', '--rule'),
      reason: options.required('reason', '--reason'),
      expiresAt,
      ...(tool === undefined ? {} : { tool }),
      ...(fingerprints.length === 0 ? {} : { fingerprints }),
    };
    const plane = await cli.controlPlane();
    const { lintExceptionGrant: payload } = await plane.execute(CliLintExceptionGrantDocument, { input });
    const exception = entityOf(payload.exception, payload.errors);
    const what = tool === undefined ? inline(name) : `${inline(tool)} of ${inline(name)}`;
    const text = `${green('✔')} ${inline(exception.rule)} lets ${what} pass until ${exception.expiresAt} (${exception.id})`;
    return { data: { exception }, text };
  },
};

/** Takes an exception back. */
export const rulesRevokeCommand: CommandSpec = {
  name: 'rules revoke',
  summary: 'end an exception before its date',
  declare: (command) => {
    command.argument('<id>', 'as rules exceptions prints it');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''] }) => {
    const plane = await cli.controlPlane();
    const { lintExceptionRevoke: payload } = await plane.execute(CliLintExceptionRevokeDocument, { input: { id } });
    const exception = entityOf(payload.exception, payload.errors);
    return { data: { exception }, text: `${green('✔')} ${inline(exception.id)} is over` };
  },
};
