import type { Command } from 'commander';
import type { Cli } from './cli.js';
import type { CommandOptions } from './command-options.js';
import type { ExitCode } from './errors/exit-codes.js';
import type { Failure } from './errors/failure.js';

/** How a command ended: data for programs, text for people, the exit code; `failure` when there is data and an error. */
export type CommandOutcome = {
  data: unknown;
  text: string;
  exitCode?: ExitCode;
  failure?: Failure | null;
  /** Standard output holds something else already: the text for people goes where people read. */
  textOn?: 'stderr';
};

/** One call of a command. */
export type Invocation = { cli: Cli; args: readonly string[]; options: CommandOptions };

/** A command as data: its words, what help says, its arguments and options, and what it does. */
export type CommandSpec = {
  /** `diff`, or `servers list`. */
  name: string;
  summary: string;
  /** Declares arguments and options. */
  declare?(command: Command): void;
  /** What a person may copy, for help. */
  examples?: readonly string[];
  /** `account`: takes --url and --token. `named`: takes them too, but calls its own --url something else. */
  connects?: 'account' | 'own-url';
  run(invocation: Invocation): Promise<CommandOutcome>;
};
