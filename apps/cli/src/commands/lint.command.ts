import { type LintSeverity, lintTools, loadTokenCounter, tokenCost } from '@rollcall/lint';
import { Option } from 'commander';
import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import { lintText } from '../output/lint-text.js';
import { fileOfTarget, subjectOf } from '../reporting/change-context.js';
import {
  atLeast,
  LINT_SEVERITIES,
  LINT_THRESHOLDS,
  type LintThreshold,
  lintConclusion,
  reportOfLint,
} from '../reporting/lint-report.js';
import { declareReporting, Reporting } from '../reporting/reporting.js';
import { loadContract } from '../target/load-contract.js';
import { parseTarget } from '../target/parse-target.js';
import { readRuleSetFile } from '../target/rule-set.file.js';
import { declareTargetOptions, targetOptions } from '../target/target-options.js';

/** Quality and safety of what a server offers. */
export const lintCommand: CommandSpec = {
  name: 'lint',
  summary: 'are the tools of a server good and safe to give to a model?',
  declare: (command) => {
    command.argument('<target>', 'file, URL, "stdio:CMD ARGS", registry:NAME@VERSION, or -');
    command.argument('[args...]', 'more words of a stdio: command (put -- before the target)');
    command.addOption(
      new Option('--fail-on <severity>', 'from which severity on the verdict is no')
        .choices([...LINT_THRESHOLDS])
        .default('error'),
    );
    command.addOption(
      new Option('--severity-threshold <severity>', 'tell only findings from this severity on').choices([
        ...LINT_SEVERITIES,
      ]),
    );
    command.option('--rules <file>', 'a rule set, YAML or JSON, instead of the default severities and budgets');
    declareReporting(command);
    declareTargetOptions(command);
  },
  connects: 'account',
  examples: ['rollcall lint contract.json', 'rollcall lint https://mcp.example.com/mcp --report sarif=mcp.sarif'],
  run: lint,
};

async function lint({ cli, args: [text = '', ...rest], options }: Invocation): Promise<CommandOutcome> {
  const target = parseTarget(text, rest);
  const loading = targetOptions(options);
  const reporting = await Reporting.open(cli.io, options);
  const rulesFile = options.text('rules');
  const rules = rulesFile === undefined ? undefined : await readRuleSetFile(cli.io, rulesFile);
  const { contract, issues } = await loadContract(cli, target, loading);
  const tokens = await loadTokenCounter();
  const findings = lintTools(contract, issues, { rules, tokens });
  const cost = tokenCost(contract, tokens);
  const least = (options.text('severityThreshold') ?? 'info') as LintSeverity;
  const told = findings.filter(({ severity }) => atLeast(severity, least));
  const frame = { subject: subjectOf(text), ...reporting.frame(fileOfTarget(cli.io.cwd, target)) };
  const report = reportOfLint(told, options.text('failOn') as LintThreshold, frame);
  const conclusion = lintConclusion(findings);
  const data = { conclusion, digest: contract.digest, findings, tokens: cost };
  return reporting.finish(report, { data, text: lintText(conclusion, told, cost) });
}
