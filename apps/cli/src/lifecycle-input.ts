import type { CanIInput } from '@rollcall/schema';
import type { Command } from 'commander';
import { type CommandOptions, collect } from './command-options.js';
import { usage } from './errors/failure.js';
import { parseVersionName } from './target/parse-target.js';

/** The announcement that goes with a deprecation. */
export type DeprecationInput = Pick<CanIInput, 'successor' | 'noSuccessor' | 'sunsetAt'>;

/** `--approval TOOL=none|human`, for promotions out of review. */
export function declareApprovals(command: Command): void {
  command.option(
    '--approval <tool=rule>',
    'none or human, for every destructive tool, * for all (repeatable)',
    collect,
  );
}

/** Reads {@link declareApprovals}; undefined when none was given. */
export function approvalRules(options: CommandOptions): Record<string, 'none' | 'human'> | undefined {
  const pairs = Object.entries(options.pairs('approval', '--approval'));
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(
    pairs.map(([tool, rule]) => {
      if (rule !== 'none' && rule !== 'human') {
        throw usage(
          `--approval ${tool}=${rule} is neither none nor human.`,
          'Write --approval TOOL=none or TOOL=human.',
        );
      }
      return [tool, rule] as const;
    }),
  );
}

/** What a deprecation must say. */
export function declareDeprecation(command: Command): void {
  command
    .option('--successor <version>', 'NAME@VERSION that replaces it')
    .option('--no-successor', 'nothing replaces it')
    .option('--tool <old=new>', 'a tool that the successor calls by another name (repeatable)', collect)
    .option('--sunset <date>', 'when it ends: an ISO 8601 date or instant');
}

/** Reads {@link declareDeprecation}; what is not given is left out. */
export function deprecationInput(options: CommandOptions): DeprecationInput {
  const input: DeprecationInput = {};
  const successor = options.text('successor');
  const tools = options.pairs('tool', '--tool');
  if (successor !== undefined) {
    input.successor = { ...parseVersionName(successor), ...(Object.keys(tools).length > 0 ? { tools } : {}) };
  } else if (Object.keys(tools).length > 0) {
    throw usage('--tool maps to tools of a successor, and none is named.', 'Add --successor NAME@VERSION.');
  }
  if (options.negated('successor')) input.noSuccessor = true;
  const sunsetAt = options.instant('sunset', '--sunset');
  if (sunsetAt !== undefined) input.sunsetAt = sunsetAt;
  return input;
}
