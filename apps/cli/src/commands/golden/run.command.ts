import {
  CliGoldenRunDocument,
  type CliGoldenRunFragment,
  CliGoldenRunStatusDocument,
  type GoldenRunInput,
} from '@rollcall/schema';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { EXIT } from '../../errors/exit-codes.js';
import { failureOf } from '../../errors/failure.js';
import { bold, dim, green, inline, red, yellow } from '../../output/style.js';
import { indent, table } from '../../output/table.js';
import { poll } from '../../poll.js';
import { parseVersionName } from '../../target/parse-target.js';

/** Has the golden calls made. */
export const goldenRunCommand: CommandSpec = {
  name: 'golden run',
  summary: 'have the golden calls of a version made in staging, wait, and print the verdict',
  declare: (command) => {
    command
      .argument('<version>', 'NAME@VERSION')
      .option('--env <environment>', 'an environment of the kind staging; default the last one with an endpoint')
      .option('--wait-timeout <seconds>', 'how long to wait for the verdict, default 150');
  },
  connects: 'account',
  examples: ['rollcall golden run com.acme/weather@1.3.0 --env staging'],
  run,
};

async function run({ cli, args: [name = ''], options }: Invocation): Promise<CommandOutcome> {
  const input: GoldenRunInput = { version: { byName: parseVersionName(name) } };
  const environment = options.text('env');
  if (environment !== undefined) input.environment = environment;
  const timeoutMs = options.seconds('waitTimeout', '--wait-timeout', 150);
  const plane = await cli.controlPlane();
  const { goldenRun } = await plane.execute(CliGoldenRunDocument, { input });
  const requested = entityOf(goldenRun.run, goldenRun.errors);
  cli.note(`run ${requested.id}`);
  const finished = await poll(timeoutMs, async () => {
    const current = (await plane.execute(CliGoldenRunStatusDocument, { id: requested.id })).goldenRun;
    return current?.status === 'completed' || current?.status === 'failed' ? current : null;
  });
  if (finished === null) return { data: requested, text: '', failure: stillRunning() };
  const text = runText(name, finished);
  if (!isClean(finished)) return { data: finished, text, exitCode: EXIT.no };
  return { data: finished, text, failure: finished.passed === 0 ? undecided() : null };
}

const isClean = (run: CliGoldenRunFragment) => run.status === 'completed' && run.failed + run.refused === 0;

const stillRunning = () =>
  failureOf({
    code: 'STILL_RUNNING',
    message: 'The run has not finished yet.',
    nextStep: 'Wait longer with --wait-timeout, or read the verdict in the console.',
  });

const undecided = () =>
  failureOf({
    code: 'UNDECIDED',
    message: 'No call came to a result: the server asked for something first.',
    nextStep: 'Declare calls that need nobody to answer.',
  });

const MARK: Record<string, string> = {
  passed: green('✔'),
  failed: red('✖'),
  refused: red('⊘'),
  interactive: yellow('?'),
};

function runText(name: string, run: CliGoldenRunFragment): string {
  const head = isClean(run) ? green('✔ Passed') : red('✖ Failed');
  const counts = `${run.passed} passed, ${run.failed} failed, ${run.refused} not made, ${run.interactive} interactive`;
  const rows = run.results.map((one) => [
    `${MARK[one.outcome] ?? '•'} ${inline(one.name)}`,
    inline(one.tool),
    one.latencyMs === null ? '' : `${one.latencyMs} ms`,
    inline(one.reason ?? ''),
  ]);
  const lines = [`${head}  ${bold(inline(name))}  ${counts}   ${dim(run.id)}`];
  if (run.detail !== null) lines.push(indent(inline(run.detail)));
  return [...lines, '', indent(table(rows))].join('\n');
}
