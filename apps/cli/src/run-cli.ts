import { type Clock, systemClock } from '@rollcall/kernel';
import { CommanderError } from 'commander';
import type { Cli } from './cli.js';
import { CommandOptions } from './command-options.js';
import type { CommandOutcome, CommandSpec, Invocation } from './command-spec.js';
import { controlPlane } from './connection/control-plane.js';
import { resolveConnection } from './connection/settings.js';
import { EXIT, type ExitCode } from './errors/exit-codes.js';
import { describeFailure, type Failure } from './errors/failure.js';
import type { Io } from './io.js';
import { envelopeText } from './output/envelope.js';
import { failureText } from './output/failure-text.js';
import { Progress } from './output/progress.js';
import { render, wantsColour } from './output/style.js';
import { buildProgram, type CommandCall } from './program.js';

/** Runs one command line to its end and returns the exit code; never throws, never ends the process. */
export async function runCli(argv: readonly string[], io: Io, clock: Clock = systemClock()): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  let started = '';
  try {
    const program = buildProgram(
      async (call) => {
        started = call.spec.name;
        exitCode = await runCommand(call, io, clock);
      },
      { out: (text) => io.stdout(render(text, false)), err: (text) => io.stderr(render(text, false)) },
    );
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Help and version were printed: that was all that was asked for.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    const failure = describeFailure(error);
    return printFailure({ command: started || commandWords(argv), data: null, failure, json: asksForJson(argv) }, io);
  }
}

async function runCommand({ spec, args, values }: CommandCall, io: Io, clock: Clock): Promise<ExitCode> {
  const options = new CommandOptions(values);
  const json = options.text('format') === 'json';
  const shown = options.negated('color') ? withoutColour(io) : io;
  const cli = cliOf(shown, clock, options);
  const outcome = await outcomeOf(spec, { cli, args, options });
  const exitCode =
    'outcome' in outcome
      ? print(spec.name, outcome.outcome, { json, io: shown })
      : printOnly(spec.name, outcome, { json, io: shown });
  return exitCode === EXIT.no && options.flag('exitZero') ? EXIT.done : exitCode;
}

async function outcomeOf(
  spec: CommandSpec,
  call: Invocation,
): Promise<{ outcome: CommandOutcome } | { failure: Failure }> {
  try {
    return { outcome: await spec.run(call) };
  } catch (error) {
    return { failure: describeFailure(error) };
  }
}

function withoutColour(io: Io): Io {
  return { ...io, env: { ...io.env, NO_COLOR: '1' } };
}

function cliOf(io: Io, clock: Clock, options: CommandOptions): Cli {
  const given = { url: options.text('connectionUrl'), token: options.text('connectionToken') };
  const connection = () => resolveConnection(given, io.env);
  const progress = new Progress(io);
  return {
    io,
    clock,
    connection,
    controlPlane: async () => controlPlane(await connection()),
    progress,
    note: (text) => {
      progress.leave();
      io.stderr(`${render(text, false)}\n`);
    },
  };
}

type Printing = { json: boolean; io: Io };

function print(command: string, outcome: CommandOutcome, { json, io }: Printing): ExitCode {
  const failure = outcome.failure ?? null;
  if (json) io.stdout(envelopeText(command, outcome.data, failure?.body ?? null));
  else {
    const colour = wantsColour(io);
    const write = outcome.textOn === 'stderr' ? io.stderr : io.stdout;
    if (outcome.text !== '') write(`${render(outcome.text, colour)}\n`);
    if (failure !== null) io.stderr(`${render(failureText(failure.body), colour)}\n`);
  }
  return outcome.exitCode ?? failure?.exitCode ?? EXIT.done;
}

function printOnly(command: string, { failure }: { failure: Failure }, { json, io }: Printing): ExitCode {
  return printFailure({ command, data: null, failure, json }, io);
}

function printFailure(
  { command, data, failure, json }: { command: string; data: unknown; failure: Failure; json: boolean },
  io: Io,
): ExitCode {
  if (json) io.stdout(envelopeText(command, data, failure.body));
  else io.stderr(`${render(failureText(failure.body), wantsColour(io))}\n`);
  return failure.exitCode;
}

/** For a line that could not be parsed: what it asked for as far as that can be seen. */
function asksForJson(argv: readonly string[]): boolean {
  return argv.some((word, at) => word === '--format=json' || (word === '--format' && argv[at + 1] === 'json'));
}

function commandWords(argv: readonly string[]): string {
  const end = argv.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
  return argv.slice(0, end === -1 ? 2 : Math.min(end, 2)).join(' ') || 'rollcall';
}
