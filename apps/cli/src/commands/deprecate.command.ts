import type { VersionTransitionInput } from '@rollcall/schema';
import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import { usage } from '../errors/failure.js';
import { declareDeprecation, deprecationInput } from '../lifecycle-input.js';
import { parseVersionName } from '../target/parse-target.js';
import { transition } from './transition.js';

/** Announces the end of a version. */
export const deprecateCommand: CommandSpec = {
  name: 'deprecate',
  summary: 'announce the end of a version: from when on, and what to use instead',
  declare: (command) => {
    command.argument('<version>', 'NAME@VERSION');
    declareDeprecation(command);
    command.option('--message <text>', 'what callers are told').option('--reason <reason>', 'why; recorded');
  },
  connects: 'account',
  examples: ['rollcall deprecate com.acme/weather@1.2.0 --successor com.acme/weather@2.0.0 --sunset 2027-03-31'],
  run: deprecate,
};

async function deprecate({ cli, args: [name = ''], options }: Invocation): Promise<CommandOutcome> {
  const input: VersionTransitionInput = {
    version: { byName: parseVersionName(name) },
    to: 'deprecated',
    ...deprecationInput(options),
  };
  if (input.successor === undefined && input.noSuccessor !== true) {
    throw usage('Callers must know what to use instead.', 'Add --successor NAME@VERSION, or say --no-successor.');
  }
  if (input.sunsetAt === undefined) throw usage('--sunset is missing.', 'Add --sunset 2027-03-31.');
  const [message, reason] = [options.text('message'), options.text('reason')];
  if (message !== undefined) input.message = message;
  if (reason !== undefined) input.reason = reason;
  return transition(await cli.controlPlane(), input);
}
