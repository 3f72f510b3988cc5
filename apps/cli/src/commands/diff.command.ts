import { type Comparison, compareContracts } from '@rollcall/compatibility';
import { Option } from 'commander';
import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import { EXIT } from '../errors/exit-codes.js';
import { failureOf } from '../errors/failure.js';
import { comparisonText } from '../output/comparison-text.js';
import { inline } from '../output/style.js';
import { loadContract } from '../target/load-contract.js';
import type { LoadedContract } from '../target/loaded-contract.js';
import { parseTarget } from '../target/parse-target.js';
import { declareTargetOptions, targetOptions } from '../target/target-options.js';

const THRESHOLDS = ['breaking', 'dangerous', 'any', 'never'] as const;
type Threshold = (typeof THRESHOLDS)[number];

/** Compares two targets. */
export const diffCommand: CommandSpec = {
  name: 'diff',
  summary: 'compare two contracts: does a caller of BASE still work with HEAD?',
  declare: (command) => {
    command.argument('<base>', 'the contract callers hold').argument('<head>', 'the contract they would get');
    command.addOption(
      new Option('--fail-on <severity>', 'from which severity on the verdict is no')
        .choices([...THRESHOLDS])
        .default('breaking'),
    );
    declareTargetOptions(command);
  },
  connects: 'account',
  examples: [
    'rollcall diff contract.json https://staging.example.com/mcp',
    'rollcall diff old.json new.json --fail-on any',
  ],
  run: diff,
};

async function diff({ cli, args: [base = '', head = ''], options }: Invocation): Promise<CommandOutcome> {
  const [from, to] = [parseTarget(base), parseTarget(head)];
  const loading = targetOptions(options);
  // One after the other: two inspections at once would share the terminal of two stdio programs.
  const before = await loadContract(cli, from, loading);
  const after = await loadContract(cli, to, loading);
  const comparison = compareContracts(before.contract, after.contract);
  const threshold = options.text('failOn') as Threshold;
  const text = comparisonText(comparison);
  if (isNo(comparison.conclusion, threshold)) return { data: comparison, text, exitCode: EXIT.no };
  return { data: comparison, text, failure: threshold === 'never' ? null : undecided(before, after) };
}

function isNo(conclusion: Comparison['conclusion'], threshold: Threshold): boolean {
  if (threshold === 'never' || conclusion === 'identical') return false;
  if (threshold === 'any') return true;
  return conclusion === 'breaking' || (threshold === 'dangerous' && conclusion === 'dangerous');
}

/** What was left out was not compared: the answer cannot be yes. */
function undecided(base: LoadedContract, head: LoadedContract) {
  const issues = [
    ...base.issues.map((issue) => ({ side: 'base', ...issue })),
    ...head.issues.map((issue) => ({ side: 'head', ...issue })),
  ];
  const [first] = issues;
  if (first === undefined) return null;
  return failureOf({
    code: 'UNDECIDED',
    message: `A part of ${first.side} could not be compared: ${inline(first.message)} at ${inline(first.path)}`,
    nextStep: 'Correct the definitions named in details.issues.',
    details: { issues: issues.slice(0, 100) },
  });
}
