import type { CommandSpec } from '../../command-spec.js';
import { parseVersionName } from '../../target/parse-target.js';
import { askGate } from './ask-gate.js';

/** May it be decommissioned? */
export const canIDecommissionCommand: CommandSpec = {
  name: 'can-i decommission',
  summary: 'may this version be decommissioned? yes, no or unknown, with every guard',
  declare: (command) => {
    command.argument('<version>', 'NAME@VERSION');
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''] }) => {
    const version = { byName: parseVersionName(name) };
    return askGate(await cli.controlPlane(), { version, to: 'decommissioned' });
  },
};
