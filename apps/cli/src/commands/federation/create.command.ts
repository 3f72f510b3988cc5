import { CliFederationRuleCreateDocument } from '@rollcall/schema';
import { collect } from '../../command-options.js';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green } from '../../output/style.js';

/** Accepts tokens of another issuer. */
export const federationCreateCommand: CommandSpec = {
  name: 'federation create',
  summary: 'accept tokens of another issuer, such as a CI system, as a service account',
  declare: (command) => {
    command
      .argument('<name>', 'short name of the rule')
      .requiredOption('--issuer <url>', 'the "iss" of the tokens')
      .requiredOption('--audience <text>', 'the "aud" of the tokens')
      .requiredOption('--as <handle>', 'the service account they are')
      .option('--claim <name=pattern>', 'repeatable, all must match; one * per segment', collect)
      .option('--scope <action>', 'an action such tokens may do, repeatable; default * for all', collect);
  },
  connects: 'account',
  examples: [
    'rollcall federation create payments-main --issuer https://token.actions.githubusercontent.com --audience rollcall --as payments-ci --claim repository=acme/payments --claim ref=refs/heads/main',
  ],
  run: async ({ cli, args: [name = ''], options }) => {
    const scopes = options.list('scope');
    const input = {
      name,
      issuer: options.required('issuer', '--issuer'),
      audience: options.required('audience', '--audience'),
      principal: options.required('as', '--as'),
      claims: Object.entries(options.pairs('claim', '--claim')).map(([claim, matches]) => ({ claim, matches })),
      scopes: scopes.length === 0 ? ['*'] : scopes,
    };
    const plane = await cli.controlPlane();
    const { federationRuleCreate: payload } = await plane.execute(CliFederationRuleCreateDocument, { input });
    const rule = entityOf(payload.rule, payload.errors);
    return {
      data: { rule },
      text: `${green('✔')} ${rule.name}: tokens that match are ${rule.principal.handle}  ${rule.id}`,
    };
  },
};
