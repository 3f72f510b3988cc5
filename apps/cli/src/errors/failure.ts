import { ConfigError } from '@rollcall/config';
import { type JsonObject, Refusal } from '@rollcall/kernel';
import { CommanderError } from 'commander';
import { EXIT, type ExitCode, exitOfCode } from './exit-codes.js';

/** The `error` of the envelope. Programs match on `code`; `docs` is null while a code has no page of its own. */
export type FailureBody = {
  code: string;
  message: string;
  nextStep: string;
  docs: string | null;
  requestId: string | null;
  details?: JsonObject;
};

/** A command that did not succeed: what to print, and how to exit. */
export type Failure = { body: FailureBody; exitCode: ExitCode };

/** What is known about a failure where it happens; exit code and docs follow from the code. */
export type FailureParts = {
  code: string;
  message: string;
  nextStep: string;
  requestId?: string | null | undefined;
  details?: JsonObject | undefined;
  exitCode?: ExitCode | undefined;
};

/** Completes a failure. */
export function failureOf(parts: FailureParts): Failure {
  const { code, message, nextStep, details } = parts;
  const body: FailureBody = { code, message, nextStep, docs: null, requestId: parts.requestId ?? null };
  if (details !== undefined && Object.keys(details).length > 0) body.details = details;
  return { body, exitCode: parts.exitCode ?? exitOfCode(code) };
}

/** An expected end of a command, thrown from where it is found out. */
export class CliFailure extends Error {
  readonly failure: Failure;

  constructor(parts: FailureParts) {
    super(parts.message);
    this.name = 'CliFailure';
    this.failure = failureOf(parts);
  }
}

/** A wrong call: exit 2. */
export function usage(message: string, nextStep: string, code = 'USAGE'): CliFailure {
  return new CliFailure({ code, message, nextStep, exitCode: EXIT.usage });
}

/** Turns whatever a command threw into what is printed. Only what nobody expected becomes our bug. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CliFailure) return error.failure;
  if (error instanceof Refusal) return failureOf(error);
  if (error instanceof ConfigError) {
    const nextStep = 'Correct or unset these variables; rollcall doctor shows the effective values.';
    return failureOf({ code: 'CONFIG_INVALID', message: error.message, nextStep, exitCode: EXIT.usage });
  }
  if (error instanceof CommanderError) return describeUsage(error);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return failureOf({
    code: 'INTERNAL',
    message: `rollcall has a bug: ${message}`,
    nextStep: 'Report it with the command you ran and the output of rollcall doctor.',
  });
}

function describeUsage(error: CommanderError): Failure {
  // Commander's name for "a group without one of its commands".
  const message = error.code === 'commander.help' ? 'A command is missing.' : error.message.replace(/^error: /, '');
  const nextStep = 'Run the command with --help to see its arguments and options.';
  return failureOf({ code: 'USAGE', message: sentence(message), nextStep, exitCode: EXIT.usage });
}

function sentence(text: string): string {
  const line = text.replaceAll('\n', ' ').trim();
  const start = line.charAt(0).toUpperCase() + line.slice(1);
  return /[.!?)]$/.test(start) ? start : `${start}.`;
}
