import type { CommandSpec } from '../../command-spec.js';
import { declareRetry, retryOptions } from '../../retry.js';
import { parseVersionName } from '../../target/parse-target.js';
import { askGate } from './ask-gate.js';

/** May it be decommissioned? */
export const canIDecommissionCommand: CommandSpec = {
  name: 'can-i decommission',
  summary: 'may this version be decommissioned? yes, no or unknown, with every guard',
  declare: (command) => {
    command.argument('<version>', 'NAME@VERSION');
    declareRetry(command);
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''], options }) => {
    const version = { byName: parseVersionName(name) };
    const input = { version, to: 'decommissioned' } as const;
    return askGate(cli, await cli.controlPlane(), { input, again: retryOptions(options) });
  },
};
