import { CliApiTokenCreateDocument } from '@rollcall/schema';
import { collect } from '../../command-options.js';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';

/** Makes a token; standard output is the token alone, so that it can be piped into a secret store. */
export const tokensCreateCommand: CommandSpec = {
  name: 'tokens create',
  summary: 'make an API token, for yourself or a service account; it is shown once',
  declare: (command) => {
    command
      .argument('<name>', 'what it is for')
      .option('--for <handle>', 'a service account; default yourself')
      .option('--scope <action>', 'an action it may do, repeatable; default * for all', collect)
      .option('--expires <date>', 'an ISO 8601 date or instant; needed for people');
  },
  connects: 'account',
  examples: ['rollcall tokens create ci --for payments-ci --scope server.read --scope version.publish'],
  run: async ({ cli, args: [name = ''], options }) => {
    const scopes = options.list('scope');
    const input = {
      name,
      principal: options.text('for') ?? null,
      scopes: scopes.length === 0 ? ['*'] : scopes,
      expiresAt: options.instant('expires', '--expires') ?? null,
    };
    const plane = await cli.controlPlane();
    const { apiTokenCreate: payload } = await plane.execute(CliApiTokenCreateDocument, { input });
    const token = entityOf(payload.token, payload.errors);
    cli.note('Keep it now: only its SHA-256 is stored, it cannot be shown again.');
    return { data: { token, apiToken: payload.apiToken }, text: token };
  },
};
