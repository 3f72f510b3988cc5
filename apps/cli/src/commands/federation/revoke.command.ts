import { CliFederationRuleRevokeDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green } from '../../output/style.js';

/** Stops accepting tokens by a rule. */
export const federationRevokeCommand: CommandSpec = {
  name: 'federation revoke',
  summary: 'stop accepting tokens by a rule',
  declare: (command) => {
    command.argument('<id>', 'the rule, see federation list');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''] }) => {
    const plane = await cli.controlPlane();
    const { federationRuleRevoke: payload } = await plane.execute(CliFederationRuleRevokeDocument, { input: { id } });
    const rule = entityOf(payload.rule, payload.errors);
    return { data: { rule }, text: `${green('✔')} ${rule.name} accepts nothing any more` };
  },
};
