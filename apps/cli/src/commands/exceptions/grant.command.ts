import { CliExceptionGrantDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { green, inline } from '../../output/style.js';

/** Grants a written exception from a guard. */
export const exceptionsGrantCommand: CommandSpec = {
  name: 'exceptions grant',
  summary: 'grant a server a written exception from a guard, until a date',
  declare: (command) => {
    command
      .argument('<name>', 'NAME of the server')
      .requiredOption('--guard <guard>', 'as can-i prints it')
      .requiredOption('--reason <reason>', 'why; recorded')
      .requiredOption('--expires <date>', 'an ISO 8601 date or instant');
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''], options }) => {
    const expiresAt = options.instant('expires', '--expires');
    if (expiresAt === undefined) throw usage('--expires is missing.', 'Add --expires 2027-03-31.');
    const input = {
      server: { byName: name },
      guard: options.required('guard', '--guard'),
      reason: options.required('reason', '--reason'),
      expiresAt,
    };
    const plane = await cli.controlPlane();
    const { exceptionGrant: payload } = await plane.execute(CliExceptionGrantDocument, { input });
    const exception = entityOf(payload.exception, payload.errors);
    const text = `${green('✔')} ${inline(name)} is excepted from ${inline(exception.guard)} until ${exception.expiresAt}`;
    return { data: { exception }, text };
  },
};
