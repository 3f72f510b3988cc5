import {
  CliConformanceRunDocument,
  type CliConformanceRunFragment,
  CliConformanceRunStatusDocument,
  type ConformanceRunInput,
} from '@rollcall/schema';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { EXIT } from '../../errors/exit-codes.js';
import { failureOf } from '../../errors/failure.js';
import { bold, dim, green, inline, red, yellow } from '../../output/style.js';
import { indent, table } from '../../output/table.js';
import { poll } from '../../poll.js';
import { parseVersionName } from '../../target/parse-target.js';

/** Runs the protocol suite against a version. */
export const conformanceRunCommand: CommandSpec = {
  name: 'conformance run',
  summary: 'run the server-agnostic scenarios of the protocol suite against a version in staging',
  declare: (command) => {
    command
      .argument('<version>', 'NAME@VERSION')
      .option('--env <environment>', 'an environment of the kind staging; default the last one with an endpoint')
      .option('--wait-timeout <seconds>', 'how long to wait, default 300');
  },
  connects: 'account',
  examples: ['rollcall conformance run com.acme/weather@1.3.0'],
  run,
};

async function run({ cli, args: [name = ''], options }: Invocation): Promise<CommandOutcome> {
  const input: ConformanceRunInput = { version: { byName: parseVersionName(name) } };
  const environment = options.text('env');
  if (environment !== undefined) input.environment = environment;
  const timeoutMs = options.seconds('waitTimeout', '--wait-timeout', 300);
  const plane = await cli.controlPlane();
  const { conformanceRun } = await plane.execute(CliConformanceRunDocument, { input });
  const requested = entityOf(conformanceRun.run, conformanceRun.errors);
  cli.note(`run ${requested.id}`);
  const finished = await poll(timeoutMs, async () => {
    const current = (await plane.execute(CliConformanceRunStatusDocument, { id: requested.id })).conformanceRun;
    return current?.status === 'completed' || current?.status === 'failed' ? current : null;
  });
  return outcomeOf(name, finished ?? requested);
}

function outcomeOf(name: string, run: CliConformanceRunFragment): CommandOutcome {
  if (run.status === 'failed') {
    const failure = failureOf({
      code: run.code ?? 'CONFORMANCE_NOT_POSSIBLE',
      message: inline(run.detail ?? 'The suite could not be run.'),
      nextStep: 'docs/reference/protocol-conformance.md says what a run needs.',
    });
    return { data: run, text: '', failure };
  }
  if (run.status !== 'completed') {
    const failure = failureOf({
      code: 'STILL_RUNNING',
      message: 'The run has not finished yet.',
      nextStep: 'Wait longer with --wait-timeout, or read the results in the console.',
    });
    return { data: run, text: '', failure };
  }
  const failed = run.scenarios.some(({ status }) => status === 'failed');
  return { data: run, text: runText(name, run), ...(failed ? { exitCode: EXIT.no } : {}) };
}

const MARK: Record<string, string> = { passed: green('✔'), failed: red('✖'), skipped: yellow('-') };

function runText(name: string, run: CliConformanceRunFragment): string {
  const count = (status: string) => run.scenarios.filter((one) => one.status === status).length;
  const counts = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
  const rows = run.scenarios.map((one) => [
    `${MARK[one.status] ?? '•'} ${inline(one.name)}`,
    one.status,
    inline(one.reason ?? ''),
  ]);
  const about = dim(`${run.kit ?? ''}, protocol ${run.specVersion ?? ''}   ${run.id}`);
  return [`${bold(inline(name))}  ${counts}   ${about}`, '', indent(table(rows))].join('\n');
}
