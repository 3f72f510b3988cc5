import type { Command } from 'commander';
import { type CommandOptions, collect } from '../command-options.js';
import { usage } from '../errors/failure.js';
import type { LoadOptions } from './load-contract.js';

/** The options of every command that may connect to a target. */
export function declareTargetOptions(command: Command): void {
  command
    .option('--allow-exec', 'consent to start the program of a stdio: target')
    .option(
      '--header <name: value>',
      'send this header to a server over http, ws or a Unix socket (repeatable)',
      collect,
    )
    .option('--timeout <seconds>', 'time for one inspection, default 15');
}

/** Reads {@link declareTargetOptions}. */
export function targetOptions(options: CommandOptions): LoadOptions {
  const headers = Object.fromEntries(options.list('header').map(headerOf));
  return { allowExec: options.flag('allowExec'), headers, timeoutMs: options.seconds('timeout', '--timeout', 15) };
}

/** RFC 9110 section 5: a token, a colon, visible characters; the value is never repeated in a message. */
function headerOf(text: string): [string, string] {
  const groups = /^(?<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(?<value>[\x20-\x7E\x80-\xFF]+)$/.exec(text)?.groups;
  if (groups === undefined)
    throw usage('A --header is not "Name: value".', 'Write --header "Authorization: Bearer ...".');
  return [groups['name'] ?? '', (groups['value'] ?? '').trim()];
}
