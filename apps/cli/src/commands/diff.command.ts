import { type Comparison, compareContracts, type Severity } from '@rollcall/compatibility';
import type { IntakeIssue } from '@rollcall/contract';
import { Option } from 'commander';
import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import { failureOf } from '../errors/failure.js';
import { comparisonText } from '../output/comparison-text.js';
import { dim, inline } from '../output/style.js';
import { fileOfTarget, subjectOf } from '../reporting/change-context.js';
import {
  DIFF_SEVERITIES,
  DIFF_THRESHOLDS,
  type DiffThreshold,
  isAtLeast,
  reportOfDiff,
} from '../reporting/diff-report.js';
import { declareReporting, Reporting } from '../reporting/reporting.js';
import { loadContract } from '../target/load-contract.js';
import type { LoadedContract } from '../target/loaded-contract.js';
import { parseTarget } from '../target/parse-target.js';
import { declareTargetOptions, targetOptions } from '../target/target-options.js';

/** Compares two targets. */
export const diffCommand: CommandSpec = {
  name: 'diff',
  summary: 'compare two contracts: does a caller of BASE still work with HEAD?',
  declare: (command) => {
    command.argument('<base>', 'the contract callers hold').argument('<head>', 'the contract they would get');
    command.addOption(
      new Option('--fail-on <severity>', 'from which severity on the verdict is no')
        .choices([...DIFF_THRESHOLDS])
        .default('breaking'),
    );
    command.addOption(
      new Option('--severity-threshold <severity>', 'tell only changes from this severity on').choices([
        ...DIFF_SEVERITIES,
      ]),
    );
    declareReporting(command);
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
  const reporting = await Reporting.open(cli.io, options);
  // One after the other: two inspections at once would share the terminal of two stdio programs.
  const before = await loadContract(cli, from, loading);
  const after = await loadContract(cli, to, loading);
  const comparison = compareContracts(before.contract, after.contract);
  const threshold = options.text('failOn') as DiffThreshold;
  const issues = issuesOf(before, after);
  const frame = {
    subject: subjectOf(head),
    against: subjectOf(base),
    ...reporting.frame(fileOfTarget(cli.io.cwd, to)),
  };
  const least = (options.text('severityThreshold') ?? 'safe') as Severity;
  const told = { ...comparison, changes: comparison.changes.filter(({ severity }) => isAtLeast(severity, least)) };
  const report = reportOfDiff({ comparison: told, issues }, threshold, frame);
  const failure = threshold === 'never' ? null : undecided(issues);
  return reporting.finish(report, { data: comparison, text: diffText(told), failure });
}

/** The verdict, every change; last, how to read more about the worst. */
function diffText(comparison: Comparison): string {
  const [worst] = comparison.changes;
  const text = comparisonText(comparison);
  if (worst === undefined || worst.severity === 'safe') return text;
  return `${text}\n\n${dim(`  explain: rollcall explain ${worst.ruleId}`)}`;
}

type SidedIssue = IntakeIssue & { side: 'base' | 'head' };

function issuesOf(base: LoadedContract, head: LoadedContract): SidedIssue[] {
  return [
    ...base.issues.map((issue) => ({ ...issue, side: 'base' as const })),
    ...head.issues.map((issue) => ({ ...issue, side: 'head' as const })),
  ];
}

/** What was left out was not compared: the answer cannot be yes. */
function undecided(issues: readonly SidedIssue[]) {
  const [first] = issues;
  if (first === undefined) return null;
  return failureOf({
    code: 'UNDECIDED',
    message: `A part of ${first.side} could not be compared: ${inline(first.message)} at ${inline(first.path)}`,
    nextStep: 'Correct the definitions named in details.issues.',
    details: { issues: issues.slice(0, 100) },
  });
}
