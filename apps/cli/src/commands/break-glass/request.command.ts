import { type BreakGlassRequestInput, CliBreakGlassRequestDocument, type LifecycleState } from '@rollcall/schema';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { EXIT } from '../../errors/exit-codes.js';
import { approvalRules, declareApprovals, declareDeprecation, deprecationInput } from '../../lifecycle-input.js';
import { parseVersionName } from '../../target/parse-target.js';
import { requestText } from './request-text.js';

/** Asks for a step although a guard fails. */
export const breakGlassRequestCommand: CommandSpec = {
  name: 'break-glass request',
  summary: 'ask for a step although a guard fails; a second administrator confirms it',
  declare: (command) => {
    command
      .argument('<version>', 'NAME@VERSION')
      .requiredOption('--to <state>', 'the state it is to reach')
      .requiredOption('--reason <reason>', 'why; on the version for ever')
      .option('--message <text>', 'with --to deprecated: what callers are told');
    declareApprovals(command);
    declareDeprecation(command);
  },
  connects: 'account',
  examples: ['rollcall break-glass request com.acme/bank@2.0.1 --to active --reason "Fixes the outage."'],
  run: request,
};

async function request({ cli, args: [name = ''], options }: Invocation): Promise<CommandOutcome> {
  const input: BreakGlassRequestInput = {
    version: { byName: parseVersionName(name) },
    to: options.required('to', '--to') as LifecycleState,
    reason: options.required('reason', '--reason'),
    ...deprecationInput(options),
  };
  const [rules, message] = [approvalRules(options), options.text('message')];
  if (rules !== undefined) input.approvalRules = rules;
  if (message !== undefined) input.message = message;
  const plane = await cli.controlPlane();
  const { breakGlassRequest: payload } = await plane.execute(CliBreakGlassRequestDocument, { input });
  const made = entityOf(payload.request, payload.errors);
  return { data: { request: made }, text: requestText(made), exitCode: EXIT.undecided };
}
