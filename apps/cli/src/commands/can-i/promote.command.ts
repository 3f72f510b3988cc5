import { type CanIInput, CliEnvironmentsDocument, type LifecycleState } from '@rollcall/schema';
import { Option } from 'commander';
import type { CommandSpec } from '../../command-spec.js';
import type { ControlPlane } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { approvalRules, declareApprovals } from '../../lifecycle-input.js';
import { declareRetry, retryOptions } from '../../retry.js';
import { parseVersionName } from '../../target/parse-target.js';
import { nextState, PROMOTION_STATES } from '../promote.command.js';
import { askGate } from './ask-gate.js';

/** May it be promoted? */
export const canIPromoteCommand: CommandSpec = {
  name: 'can-i promote',
  summary: 'may this version be promoted? yes, no or unknown, with every guard',
  declare: (command) => {
    command
      .argument('<version>', 'NAME@VERSION')
      .addOption(new Option('--to <state>', 'another state than the next one').choices([...PROMOTION_STATES]))
      .addOption(new Option('--env <environment>', 'the state that serves this environment').conflicts('to'));
    declareApprovals(command);
    declareRetry(command);
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''], options }) => {
    const version = parseVersionName(name);
    const rules = approvalRules(options);
    const again = retryOptions(options);
    const plane = await cli.controlPlane();
    const environment = options.text('env');
    const to =
      environment === undefined
        ? ((options.text('to') as LifecycleState | undefined) ?? (await nextState(plane, version)))
        : await stateFor(plane, environment);
    const input: CanIInput = { version: { byName: version }, to };
    if (rules !== undefined) input.approvalRules = rules;
    return askGate(cli, plane, { input, again });
  },
};

/** The state in which an environment's bundle carries a version for everybody. */
async function stateFor(plane: ControlPlane, name: string): Promise<LifecycleState> {
  const { environments } = await plane.execute(CliEnvironmentsDocument, {});
  const environment = environments.find((candidate) => candidate.name === name);
  if (environment !== undefined) return environment.kind === 'production' ? 'active' : 'staging';
  const known = environments.map((candidate) => candidate.name).join(', ') || 'none';
  throw usage(`There is no environment "${name}".`, `Use one of: ${known}.`, 'NOT_FOUND');
}
