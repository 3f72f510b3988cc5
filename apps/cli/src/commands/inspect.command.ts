import type { Contract, Member } from '@rollcall/contract';
import { loadTokenCounter, type TokenCost, tokenCost } from '@rollcall/lint';
import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import { EXIT } from '../errors/exit-codes.js';
import { failureOf } from '../errors/failure.js';
import { tokensText } from '../output/lint-text.js';
import { writeOutput } from '../output/output-file.js';
import { bold, dim, green, inline, yellow } from '../output/style.js';
import { indent, shorten, table } from '../output/table.js';
import { loadContract } from '../target/load-contract.js';
import type { LoadedContract } from '../target/loaded-contract.js';
import { parseTarget } from '../target/parse-target.js';
import { declareTargetOptions, targetOptions } from '../target/target-options.js';

/** Connects or reads, and prints the contract. */
export const inspectCommand: CommandSpec = {
  name: 'inspect',
  summary: 'connect to a server, or read a file, and print its contract',
  declare: (command) => {
    command.argument('<target>', 'file, URL, "stdio:CMD ARGS", registry:NAME@VERSION, or -');
    command.argument('[args...]', 'more words of a stdio: command (put -- before the target)');
    command.option('-o, --output <file>', 'write the contract document there');
    declareTargetOptions(command);
  },
  connects: 'account',
  examples: [
    'rollcall inspect https://mcp.example.com/mcp -o contract.json',
    'rollcall inspect --allow-exec "stdio:npx -y @acme/mcp"',
  ],
  run: inspect,
};

async function inspect({ cli, args: [text = '', ...rest], options }: Invocation): Promise<CommandOutcome> {
  const target = parseTarget(text, rest);
  const loaded = await loadContract(cli, target, targetOptions(options));
  const output = options.text('output');
  if (output !== undefined) {
    await writeOutput(cli.io, output, `${JSON.stringify(loaded.contract, null, 2)}\n`);
    cli.note(`The contract is in ${output}.`);
  }
  for (const issue of loaded.observation?.issues ?? []) cli.note(`${issue.code}: ${inline(issue.message)}`);
  const tokens = tokenCost(loaded.contract, await loadTokenCounter());
  return { data: loaded.contract, text: contractText(text, loaded, tokens), failure: incomplete(loaded) };
}

/** A contract from which something was left out is shown, and is a failure: it must not pass for the whole. */
function incomplete({ issues, observation }: LoadedContract) {
  const [first] = issues;
  if (first === undefined) return null;
  const more = issues.length === 1 ? '' : ` (and ${issues.length - 1} more)`;
  return failureOf({
    code: 'CONTRACT_INCOMPLETE',
    message: `Something was left out of the contract: ${inline(first.message)} at ${inline(first.path)}${more}`,
    nextStep: 'Correct the definitions named in details.issues.',
    details: { issues: issues.slice(0, 100) },
    // In a file the malformed thing is the input; live it is the server.
    exitCode: observation === null ? EXIT.usage : EXIT.protocol,
  });
}

function contractText(name: string, { contract, observation }: LoadedContract, tokens: TokenCost): string {
  const head = [observation?.outcome === 'degraded' ? yellow('▲') : green('✔'), bold(inline(name))];
  const seen =
    observation === null
      ? []
      : [
          observation.outcome,
          observation.transport,
          observation.protocolVersion ?? '',
          observation.era === null ? '' : `${observation.era} era`,
          `${observation.latencyMs} ms`,
        ];
  const lines = [[...head, dim(seen.filter((part) => part !== '').join(', '))].join(' ').trimEnd()];
  if (observation?.detail) lines.push(`  ${yellow(inline(observation.detail))}`);
  lines.push(`  ${contract.digest}`, `  ${countsText(contract)}`);
  const tools = contract.members.filter((member) => member.kind === 'tool');
  if (tools.length > 0) {
    const costs = new Map(tokens.tools.map((tool) => [tool.name, tool.tokens]));
    lines.push(`  ${tokensText(tokens)}`, '', indent(table(tools.map((tool) => toolRow(tool, costs.get(tool.name))))));
  }
  return lines.join('\n');
}

const KINDS = [
  ['tool', 'tools'],
  ['resource', 'resources'],
  ['resource_template', 'resource templates'],
  ['prompt', 'prompts'],
] as const;

function countsText(contract: Contract): string {
  const count = (kind: Member['kind']) => contract.members.filter((member) => member.kind === kind).length;
  const counts = KINDS.map(([kind, many]) => [count(kind), many] as const).filter(
    ([n, many]) => n > 0 || many === 'tools',
  );
  return counts.map(([n, many]) => `${n} ${n === 1 ? many.slice(0, -1) : many}`).join(', ');
}

function toolRow(tool: Member, tokens = 0): string[] {
  const { description } = tool.definition;
  return [
    inline(tool.name),
    `${tokens} tokens`,
    dim(tool.digest.slice(7, 19)),
    typeof description === 'string' ? shorten(description, 80) : '',
  ];
}
