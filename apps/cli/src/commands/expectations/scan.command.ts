import { type Mention, PROMPT_LIMITS, scanPrompt, type ToolNames } from '@rollcall/expectations';
import { CliServerToolsDocument } from '@rollcall/schema';
import type { Cli } from '../../cli.js';
import type { CommandOptions } from '../../command-options.js';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { EXIT } from '../../errors/exit-codes.js';
import { usage } from '../../errors/failure.js';
import { green, inline, red } from '../../output/style.js';
import { readText } from '../../target/input-file.js';
import { loadContract } from '../../target/load-contract.js';
import { parseTarget } from '../../target/parse-target.js';
import { declareTargetOptions, targetOptions } from '../../target/target-options.js';

const MAX_FILES = 1_000;
const LIVE = ['canary', 'active', 'deprecated'];

/** Which tools prompts mention, and which of them do not exist. */
export const expectationsScanCommand: CommandSpec = {
  name: 'expectations scan',
  summary: 'find the tools that prompt files mention; the verdict is no when one does not exist',
  declare: (command) => {
    command.argument('<files...>', 'prompts: any UTF-8 text');
    command.option('--contract <target>', 'the tools there are: file, URL, "stdio:CMD ARGS" or registry:NAME@VERSION');
    command.option(
      '--server <name>',
      'the tools of the live versions of a server; those of its other versions are gone',
    );
    command.option(
      '--alias <alias>',
      'read ALIAS__TOOL as a tool, as gateways write it; default with --server its alias',
    );
    declareTargetOptions(command);
  },
  connects: 'account',
  examples: [
    'rollcall expectations scan prompts/*.md --server com.acme/payments',
    'rollcall expectations scan prompt.txt --contract contract.json --alias pay',
  ],
  run: scan,
};

async function scan({ cli, args: files, options }: Invocation): Promise<CommandOutcome> {
  if (files.length > MAX_FILES) throw usage(`${files.length} files are too many.`, `Pass at most ${MAX_FILES}.`);
  const names = await namesOf(cli, options);
  const found: (Mention & { file: string })[] = [];
  for (const file of files) {
    const text = await readText(cli.io, file, PROMPT_LIMITS.characters);
    found.push(...scanPrompt(text, names).map((mention) => ({ file, ...mention })));
  }
  const missing = found.filter(({ exists }) => !exists);
  const lines = found.map(({ file, line, column, text, exists, suggestion }) => {
    const hint = suggestion === null ? '' : `; did you mean ${inline(suggestion)}?`;
    return `${exists ? green('✔') : red('✖')} ${inline(file)}:${line}:${column} ${inline(text)}${exists ? '' : ` does not exist${hint}`}`;
  });
  const tools = new Set(found.filter(({ exists }) => exists).map(({ tool }) => tool));
  lines.push(
    `${tools.size} of ${names.known.length} tools mentioned, ${missing.length} mentions of tools that do not exist`,
  );
  const data = { mentions: found, tools: [...tools].sort(), missing: missing.length };
  return { data, text: lines.join('\n'), exitCode: missing.length === 0 ? EXIT.done : EXIT.no };
}

async function namesOf(cli: Cli, options: CommandOptions): Promise<ToolNames> {
  const [contract, server, alias] = ['contract', 'server', 'alias'].map((name) => options.text(name));
  if ((contract === undefined) === (server === undefined)) {
    throw usage('Say which tools there are.', 'Give either --contract TARGET or --server NAME.');
  }
  if (server !== undefined) return namesOfServer(cli, server, alias);
  const loaded = await loadContract(cli, parseTarget(contract ?? ''), targetOptions(options));
  const tools = loaded.contract.members.filter((member) => member.kind === 'tool').map((member) => member.name);
  return { known: tools, gone: [], alias: alias ?? null };
}

async function namesOfServer(cli: Cli, name: string, alias: string | undefined): Promise<ToolNames> {
  const { server } = await (await cli.controlPlane()).execute(CliServerToolsDocument, { ref: { byName: name } });
  if (server === null) {
    throw usage(
      `There is no server "${name}" that you can see.`,
      'rollcall servers list shows those you can.',
      'NOT_FOUND',
    );
  }
  const seen = server.versions.flatMap(({ state, contract }) =>
    contract === null ? [] : [{ state, tools: contract.tools }],
  );
  const live = seen.filter(({ state }) => LIVE.includes(state));
  const offered = live.length > 0 ? live : seen.slice(0, 1);
  const known = new Set(offered.flatMap(({ tools }) => tools.map((tool) => tool.name)));
  const gone = new Set(seen.flatMap(({ tools }) => tools.map((tool) => tool.name)).filter((tool) => !known.has(tool)));
  return { known: [...known], gone: [...gone], alias: alias ?? server.alias };
}
