import {
  type CheckRequestInput,
  type CliCheckFragment,
  CliCheckRequestDocument,
  CliCheckStatusDocument,
} from '@rollcall/schema';
import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import { entityOf } from '../connection/control-plane.js';
import { EXIT } from '../errors/exit-codes.js';
import { type Failure, failureOf } from '../errors/failure.js';
import { comparisonText } from '../output/comparison-text.js';
import { bold, dim, green, inline, red, yellow } from '../output/style.js';
import { indent, table } from '../output/table.js';
import { poll } from '../poll.js';
import { parseVersionName } from '../target/parse-target.js';

/** A recorded check on the control plane. */
export const checkCommand: CommandSpec = {
  name: 'check',
  summary: 'check a version on the control plane, wait, and print the verdict',
  declare: (command) => {
    command
      .argument('<version>', 'NAME@VERSION')
      .option('--against <version>', 'compare with this version instead of the newest published one')
      .option('--wait-timeout <seconds>', 'how long to wait for the verdict, default 120');
  },
  connects: 'account',
  examples: ['rollcall check com.acme/weather@1.3.0 --against com.acme/weather@1.2.0'],
  run: check,
};

async function check({ cli, args: [name = ''], options }: Invocation): Promise<CommandOutcome> {
  const version = parseVersionName(name);
  const input: CheckRequestInput = { version: { byName: version } };
  const against = options.text('against');
  if (against !== undefined) {
    // A bare version means another one of the same server.
    input.against = { byName: against.includes('@') ? parseVersionName(against) : { ...version, version: against } };
  }
  const timeoutMs = options.seconds('waitTimeout', '--wait-timeout', 120);
  const plane = await cli.controlPlane();
  const { checkRequest } = await plane.execute(CliCheckRequestDocument, { input });
  const requested = entityOf(checkRequest.check, checkRequest.errors);
  // First of all the id: a killed job still leaves the trace.
  cli.note(`check ${requested.id}`);
  const finished = await poll(timeoutMs, async () => {
    const current = (await plane.execute(CliCheckStatusDocument, { id: requested.id })).check;
    return current?.status === 'completed' || current?.status === 'failed' ? current : null;
  });
  const shown = finished ?? requested;
  const failure = undecided(finished);
  const verdict = finished?.conclusion === 'failure' ? { exitCode: EXIT.no } : {};
  return { data: shown, text: checkText(name, shown), failure, ...verdict };
}

function undecided(finished: CliCheckFragment | null): Failure | null {
  if (finished?.conclusion === 'success' || finished?.conclusion === 'failure') return null;
  if (finished === null) {
    return failureOf({
      code: 'STILL_RUNNING',
      message: 'The check has not finished yet.',
      nextStep: 'Wait longer with --wait-timeout, or read the verdict in the console.',
    });
  }
  return failureOf({
    code: 'UNDECIDED',
    message: 'The check could not conclude anything.',
    nextStep: 'Read the messages of its steps, correct the cause, check again.',
  });
}

const STEP: Record<string, string> = { completed: green('✔'), failed: red('✖'), skipped: dim('-') };

function checkText(name: string, check: CliCheckFragment): string {
  const against = check.baseVersion === null ? '' : ` against ${check.baseVersion}`;
  const lines = [`${headText(check)}  ${bold(inline(name))}${inline(against)}   ${dim(check.id)}`, ''];
  const rows = check.steps.map((step) => [
    `${STEP[step.status] ?? '•'} ${step.name}`,
    step.status,
    inline(step.message),
  ]);
  lines.push(indent(table(rows)));
  if (check.comparison !== null) lines.push('', indent(comparisonText(check.comparison)));
  return lines.join('\n');
}

function headText({ conclusion, status }: CliCheckFragment): string {
  if (conclusion === 'success') return green('✔ Passed');
  if (conclusion === 'failure') return red('✖ Blocked');
  return yellow(`? ${conclusion ?? status}`);
}
