import { CliPolicyDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';

/** What is in force. */
export const policyShowCommand: CommandSpec = {
  name: 'policy show',
  summary: 'the policy document in force; with --effective, what it means with the defaults',
  declare: (command) => {
    command.option('--effective', 'every field, with its default where the document does not decide');
  },
  connects: 'account',
  examples: ['rollcall policy show > policy.json'],
  run: async ({ cli, options }) => {
    const plane = await cli.controlPlane();
    const { policy } = await plane.execute(CliPolicyDocument, {});
    const shown = options.flag('effective') ? policy.effective : policy.document;
    return { data: policy, text: JSON.stringify(shown, null, 2) };
  },
};
