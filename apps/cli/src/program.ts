import { Command, Option } from 'commander';
import type { CommandSpec } from './command-spec.js';
import { COMMANDS, GROUPS } from './commands/index.js';
import { VERSION } from './version.js';

/** A command line that was parsed: what to run, with what. */
export type CommandCall = { spec: CommandSpec; args: readonly string[]; values: Record<string, unknown> };

/** Where commander writes help: asked for, or shown because a command is missing. */
export type ProgramOutput = { out(text: string): void; err(text: string): void };

/** The whole command line; every leaf calls `start` once it is parsed. */
export function buildProgram(start: (call: CommandCall) => Promise<void>, output: ProgramOutput): Command {
  const program = prepare(new Command('rollcall'), output)
    .description('Contracts, lifecycle and signed policy of MCP servers.')
    .version(VERSION, '-V, --version', 'print the version')
    // Options before the command belong to rollcall, after it to the command: endpoints set has a --url of its own.
    .enablePositionalOptions()
    .showHelpAfterError(false)
    .addHelpText('after', EXIT_HELP);
  addCommonOptions(program);
  addConnectionOptions(program);
  const groups = new Map<string, Command>();
  for (const spec of COMMANDS) addLeaf(program, groups, { spec, start, output });
  return program;
}

type Leaf = { spec: CommandSpec; start: (call: CommandCall) => Promise<void>; output: ProgramOutput };

function addLeaf(program: Command, groups: Map<string, Command>, { spec, start, output }: Leaf): void {
  const words = spec.name.split(' ');
  const leafName = words.at(-1) ?? spec.name;
  const parent = words.length === 1 ? program : groupOf(program, groups, { name: words[0] ?? '', output });
  const leaf = prepare(new Command(leafName), output).description(spec.summary).allowExcessArguments(false);
  parent.addCommand(leaf);
  spec.declare?.(leaf);
  addCommonOptions(leaf);
  if (spec.connects === 'account') addConnectionOptions(leaf);
  if (spec.examples !== undefined)
    leaf.addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  $ ${line}`).join('\n')}`);
  leaf.action(async () => {
    const own = leaf.opts<Record<string, unknown>>();
    const outer = program.opts<Record<string, unknown>>();
    const connects = spec.connects === 'account' ? own : {};
    const values = {
      ...own,
      format: own['format'] ?? outer['format'] ?? 'text',
      exitZero: own['exitZero'] ?? outer['exitZero'],
      color: own['color'] !== false && outer['color'] !== false,
      connectionUrl: connects['url'] ?? outer['url'],
      connectionToken: connects['token'] ?? outer['token'],
    };
    await start({ spec, args: leaf.args, values });
  });
}

function groupOf(
  program: Command,
  groups: Map<string, Command>,
  { name, output }: { name: string; output: ProgramOutput },
): Command {
  const known = groups.get(name);
  if (known !== undefined) return known;
  const group = prepare(new Command(name), output).description(GROUPS[name] ?? '');
  program.addCommand(group);
  groups.set(name, group);
  return group;
}

/** Nothing in this program ends the process or writes past its streams. */
function prepare(command: Command, output: ProgramOutput): Command {
  return command
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.err, outputError: () => undefined });
}

function addCommonOptions(command: Command): void {
  command
    .addOption(new Option('--format <format>', 'text for people, json for programs').choices(['text', 'json']))
    .option('--exit-zero', 'report only: a verdict of no exits 0')
    .option('--no-color', 'no colour; the same as NO_COLOR=1');
}

function addConnectionOptions(command: Command): void {
  command
    .option('--url <url>', 'the control plane (ROLLCALL_URL, then the stored login, then http://127.0.0.1:8080)')
    .option('--token <token>', 'who you are (ROLLCALL_TOKEN, then the stored login)');
}

const EXIT_HELP = `
Exit codes: 0 yes or done, 1 the verdict is no, 2 wrong use or refused, 3 not signed in or not allowed,
4 unreachable or timed out, 5 the inspected server broke the protocol, 6 undecided, 70 a bug of rollcall.`;
