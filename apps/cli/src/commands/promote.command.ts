import { CliVersionStateDocument, type LifecycleState, type VersionTransitionInput } from '@rollcall/schema';
import { Option } from 'commander';
import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import type { ControlPlane } from '../connection/control-plane.js';
import { usage } from '../errors/failure.js';
import { approvalRules, declareApprovals } from '../lifecycle-input.js';
import { parseVersionName, type VersionName } from '../target/parse-target.js';
import { transition } from './transition.js';

/** The road: what comes next when nobody says otherwise. */
const NEXT: Partial<Record<LifecycleState, LifecycleState>> = {
  draft: 'in_review',
  in_review: 'staging',
  staging: 'active',
  canary: 'active',
};

/** States one may name with --to; the end of life has commands of its own. */
export const PROMOTION_STATES = ['draft', 'in_review', 'rejected', 'staging', 'canary', 'active'] as const;

/** Moves a version along the road. */
export const promoteCommand: CommandSpec = {
  name: 'promote',
  summary: 'move a version to its next state: draft, in_review, staging, active',
  declare: (command) => {
    command
      .argument('<version>', 'NAME@VERSION')
      .addOption(new Option('--to <state>', 'another state than the next one').choices([...PROMOTION_STATES]))
      .option('--reason <reason>', 'why; recorded with the transition');
    declareApprovals(command);
  },
  connects: 'account',
  examples: [
    'rollcall promote com.acme/weather@1.3.0',
    'rollcall promote com.acme/bank@2.0.0 --to staging --approval transfer=human',
  ],
  run: promote,
};

async function promote({ cli, args: [name = ''], options }: Invocation): Promise<CommandOutcome> {
  const version = parseVersionName(name);
  const rules = approvalRules(options);
  const plane = await cli.controlPlane();
  const to = (options.text('to') as LifecycleState | undefined) ?? (await nextState(plane, version));
  const input: VersionTransitionInput = { version: { byName: version }, to };
  const reason = options.text('reason');
  if (reason !== undefined) input.reason = reason;
  if (rules !== undefined) input.approvalRules = rules;
  return transition(plane, input);
}

/** The next state on the road of this version as it stands. */
export async function nextState(plane: ControlPlane, name: VersionName): Promise<LifecycleState> {
  const { server, version } = name;
  const found = (await plane.execute(CliVersionStateDocument, { ref: { byName: { server, version } } })).version;
  if (found === null) {
    throw usage(`There is no version ${server}@${version} that you can see.`, 'Check the spelling.', 'NOT_FOUND');
  }
  const next = NEXT[found.state];
  if (next !== undefined) return next;
  throw usage(
    `${server}@${version} is ${found.state}: nothing comes next on the road.`,
    'Name a state with --to, or use deprecate or decommission.',
    'NO_NEXT_STATE',
  );
}
