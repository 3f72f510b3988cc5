import type { CommandSpec } from '../../command-spec.js';
import { declareDeprecation, deprecationInput } from '../../lifecycle-input.js';
import { declareRetry, retryOptions } from '../../retry.js';
import { parseVersionName } from '../../target/parse-target.js';
import { askGate } from './ask-gate.js';

/** May it be deprecated? */
export const canIDeprecateCommand: CommandSpec = {
  name: 'can-i deprecate',
  summary: 'may this version be deprecated? yes, no or unknown, with every guard',
  declare: (command) => {
    command.argument('<version>', 'NAME@VERSION');
    declareDeprecation(command);
    declareRetry(command);
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''], options }) => {
    const input = {
      version: { byName: parseVersionName(name) },
      to: 'deprecated',
      ...deprecationInput(options),
    } as const;
    return askGate(cli, await cli.controlPlane(), { input, again: retryOptions(options) });
  },
};
