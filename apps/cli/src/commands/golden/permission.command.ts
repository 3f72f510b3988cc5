import { CliGoldenPermissionGrantDocument, CliGoldenPermissionRevokeDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { green, inline } from '../../output/style.js';
import { parseVersionName } from '../../target/parse-target.js';

/** A reviewer permits declared calls of a tool that is not read-only. */
export const goldenPermitCommand: CommandSpec = {
  name: 'golden permit',
  summary:
    'permit the declared calls of one tool although it is not read-only; for a reviewer who did not declare them',
  declare: (command) => {
    command
      .argument('<version>', 'NAME@VERSION whose definition of the tool is permitted')
      .requiredOption('--tool <tool>', 'name of the tool')
      .requiredOption('--reason <reason>', 'why; recorded')
      .requiredOption('--expires <date>', 'an ISO 8601 date or instant, within a year');
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''], options }) => {
    const expiresAt = options.instant('expires', '--expires');
    if (expiresAt === undefined) throw usage('--expires is missing.', 'Add --expires 2027-03-31.');
    const input = {
      version: { byName: parseVersionName(name) },
      tool: options.required('tool', '--tool'),
      reason: options.required('reason', '--reason'),
      expiresAt,
    };
    const plane = await cli.controlPlane();
    const { goldenPermissionGrant: payload } = await plane.execute(CliGoldenPermissionGrantDocument, { input });
    const permission = entityOf(payload.permission, payload.errors);
    const text = `${green('✔')} ${inline(permission.tool)} may be called as declared until ${permission.expiresAt}   ${permission.id}`;
    return { data: { permission }, text };
  },
};

/** Takes it back. */
export const goldenRevokeCommand: CommandSpec = {
  name: 'golden revoke',
  summary: 'take a permission for golden calls back',
  declare: (command) => {
    command.argument('<id>', 'as golden permit printed it');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''] }) => {
    const plane = await cli.controlPlane();
    const { goldenPermissionRevoke: payload } = await plane.execute(CliGoldenPermissionRevokeDocument, {
      input: { id },
    });
    const permission = entityOf(payload.permission, payload.errors);
    return { data: { permission }, text: `${green('✔')} ${inline(permission.tool)} is permitted no more` };
  },
};
