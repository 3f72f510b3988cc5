import { CliApiTokenRevokeDocument, CliApiTokenRotateDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green, inline } from '../../output/style.js';

/** Replaces a token; standard output is the new one alone. */
export const tokensRotateCommand: CommandSpec = {
  name: 'tokens rotate',
  summary: 'replace an API token; the old one lives on for a while when you say so',
  declare: (command) => {
    command
      .argument('<id>', 'the token, see tokens list')
      .option('--grace <seconds>', 'how long the old one still works, 1 to 3600')
      .option('--expires <date>', 'default as long a life as the old one had');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''], options }) => {
    const graceSeconds = options.seconds('grace', '--grace', 0) / 1_000;
    const input = { id, graceSeconds, expiresAt: options.instant('expires', '--expires') ?? null };
    const plane = await cli.controlPlane();
    const { apiTokenRotate: payload } = await plane.execute(CliApiTokenRotateDocument, { input });
    const token = entityOf(payload.token, payload.errors);
    cli.note('Keep it now: only its SHA-256 is stored, it cannot be shown again.');
    return { data: { token, apiToken: payload.apiToken }, text: token };
  },
};

/** Ends a token now. */
export const tokensRevokeCommand: CommandSpec = {
  name: 'tokens revoke',
  summary: 'end an API token now',
  declare: (command) => {
    command.argument('<id>', 'the token, see tokens list');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''] }) => {
    const plane = await cli.controlPlane();
    const { apiTokenRevoke: payload } = await plane.execute(CliApiTokenRevokeDocument, { input: { id } });
    const apiToken = entityOf(payload.apiToken, payload.errors);
    const text = `${green('✔')} ${inline(apiToken.name)} of ${apiToken.principal.handle} is revoked`;
    return { data: { apiToken }, text };
  },
};
