import type { VersionTransitionInput } from '@rollcall/schema';
import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import { parseVersionName } from '../target/parse-target.js';
import { transition } from './transition.js';

/** Ends a version. */
export const decommissionCommand: CommandSpec = {
  name: 'decommission',
  summary: 'end a version: gateways refuse it from then on, with the way to its successor',
  declare: (command) => {
    command
      .argument('<version>', 'NAME@VERSION')
      .option('--reason <reason>', 'why; recorded with the transition')
      .option('--override', 'although guards are not met; administrators only, needs --reason');
  },
  connects: 'account',
  run: decommission,
};

async function decommission({ cli, args: [name = ''], options }: Invocation): Promise<CommandOutcome> {
  const input: VersionTransitionInput = { version: { byName: parseVersionName(name) }, to: 'decommissioned' };
  const override = options.flag('override');
  const reason = override ? options.required('reason', '--reason') : options.text('reason');
  if (reason !== undefined) input.reason = reason;
  if (override) input.override = true;
  return transition(await cli.controlPlane(), input);
}
