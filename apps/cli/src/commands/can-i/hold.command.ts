import type { Hold } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { declareRetry, retryOptions } from '../../retry.js';
import { parseVersionName } from '../../target/parse-target.js';
import { askGate } from './ask-gate.js';

const canIHold = (hold: Hold, summary: string): CommandSpec => ({
  name: `can-i ${hold}`,
  summary,
  declare: (command) => {
    command.argument('<version>', 'NAME@VERSION');
    declareRetry(command);
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''], options }) => {
    const version = { byName: parseVersionName(name) };
    return askGate(cli, await cli.controlPlane(), { input: { version, hold }, again: retryOptions(options) });
  },
});

/** May it be held? */
export const canIQuarantineCommand = canIHold(
  'quarantine',
  'may this version be quarantined? yes or no, with every guard',
);
/** May the hold be lifted? */
export const canIReleaseCommand = canIHold('release', 'may its quarantine be lifted? yes or no, with every guard');
