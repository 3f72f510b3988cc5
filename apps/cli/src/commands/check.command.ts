import {
  type CheckRequestInput,
  type CliCheckFragment,
  CliCheckRequestDocument,
  CliCheckStatusDocument,
} from '@rollcall/schema';
import { againstInput, checkedTarget, parseChecked } from '../checks/check-request.js';
import { declareGitFacts, gitFacts } from '../checks/git-facts.js';
import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import { type ControlPlane, entityOf } from '../connection/control-plane.js';
import { EXIT } from '../errors/exit-codes.js';
import { type Failure, failureOf } from '../errors/failure.js';
import { reportOfCheck } from '../output/check-report.js';
import { checkText } from '../output/check-text.js';
import { poll } from '../poll.js';
import { contextIdOf, fileOfTarget } from '../reporting/change-context.js';
import { declareReporting, Reporting } from '../reporting/reporting.js';
import { declareTargetOptions } from '../target/target-options.js';

const TASK = 'check on the control plane';

/** A recorded check on the control plane. */
export const checkCommand: CommandSpec = {
  name: 'check',
  summary: 'check a version, or what a pull request would publish, on the control plane, and print the verdict',
  declare: (command) => {
    command
      .argument('<target>', 'NAME@VERSION; or server.json, a contract, a URL, "stdio:CMD ARGS": a candidate')
      .argument('[args...]', 'more words of a stdio: command (put -- before the target)')
      .option(
        '--against <ref>',
        'NAME@VERSION, a version of the same server, or env:ENVIRONMENT; default: the newest before it',
      )
      .option(
        '--context-id <id>',
        'names the pull request; approvals belong to it. Found out under GitHub Actions and GitLab CI',
      )
      .option('--server <name>', 'of a candidate without a server.json: NAMESPACE/NAME')
      .option('--version <version>', 'of a candidate: the number it will have, for the semver gate')
      .option('--manifest <file>', 'of a candidate: its server.json')
      .option('--background', 'do not wait: print the link and exit 6')
      .option('--wait-timeout <seconds>', 'how long to wait for the verdict, default 120');
    declareGitFacts(command);
    declareReporting(command);
    declareTargetOptions(command);
  },
  connects: 'account',
  examples: [
    'rollcall check ./server.json --against registry:com.acme/weather@env:production --report github-actions=-',
    'rollcall check com.acme/weather@1.3.0 --against 1.2.0',
    'rollcall check https://staging.example.com/mcp --server com.acme/weather --version 1.3.0',
  ],
  run: check,
};

async function check({ cli, args: [text = '', ...rest], options }: Invocation): Promise<CommandOutcome> {
  const target = parseChecked(text, rest);
  const timeoutMs = options.seconds('waitTimeout', '--wait-timeout', 120);
  const reporting = await Reporting.open(cli.io, options);
  const plane = await cli.controlPlane();
  const started = performance.now();
  const checked = await checkedTarget(cli, plane, { target, options });
  const input: CheckRequestInput = { ...checked.input };
  const against = options.text('against');
  if (against !== undefined) Object.assign(input, againstInput(against, checked.server));
  const contextId = options.text('contextId') ?? contextIdOf(cli.io.env);
  if (contextId !== null) input.contextId = contextId;
  const git = await gitFacts(cli.io, options);
  if (git !== null) input.git = git;
  const { checkRequest } = await plane.execute(CliCheckRequestDocument, { input });
  const requested = linked(plane, entityOf(checkRequest.check, checkRequest.errors));
  cli.progress.leave();
  // first of all the link: a killed job still leaves the trace
  cli.note(`check ${requested.id}  ${requested.url}`);
  const finished = options.flag('background')
    ? ended(requested)
    : await verdictOf(plane, cli, { requested, timeoutMs });
  const shown = finished ?? requested;
  const took = finished === null ? null : performance.now() - started;
  const outcome = {
    data: shown,
    text: checkText(shown, shown.url, took),
    failure: undecided(finished, options.flag('background')),
  };
  const frame = reporting.frame(fileOfTarget(cli.io.cwd, target));
  const report = { ...reportOfCheck(shown), file: frame.file, contextId: shown.contextId ?? frame.contextId };
  const told = await reporting.finish(report, outcome);
  // the verdict is the record's: a baseline of this machine changes what is reported, never what was concluded
  return finished?.conclusion === 'failure' ? { ...told, failure: null, exitCode: EXIT.no } : told;
}

async function verdictOf(
  plane: ControlPlane,
  cli: Invocation['cli'],
  { requested, timeoutMs }: { requested: CliCheckFragment; timeoutMs: number },
): Promise<CliCheckFragment | null> {
  cli.progress.set(TASK, 'running', requested.status);
  const finished = await poll(timeoutMs, async () => {
    const current = (await plane.execute(CliCheckStatusDocument, { id: requested.id })).check;
    if (current) cli.progress.set(TASK, 'running', current.status);
    return current && ended(current);
  });
  cli.progress.set(TASK, finished === null ? 'skipped' : 'done', finished?.conclusion ?? 'still running');
  cli.progress.leave();
  return finished && linked(plane, finished);
}

const ended = (check: CliCheckFragment): CliCheckFragment | null =>
  check.status === 'completed' || check.status === 'failed' ? check : null;

/** A control plane that does not know its public address gives a path. */
export function linked<T extends { url: string }>(plane: ControlPlane, check: T): T {
  return check.url.startsWith('/') ? { ...check, url: `${plane.settings.url}${check.url}` } : check;
}

function undecided(finished: CliCheckFragment | null, background: boolean): Failure | null {
  if (finished?.conclusion === 'success' || finished?.conclusion === 'failure') return null;
  if (finished === null) {
    return failureOf({
      code: 'STILL_RUNNING',
      message: 'The check has not finished yet.',
      nextStep: background
        ? 'Read the verdict at the link, or with: rollcall checks show ID'
        : 'Wait longer with --wait-timeout, or read the verdict at the link.',
    });
  }
  return failureOf({
    code: 'UNDECIDED',
    message: 'The check could not conclude anything.',
    nextStep: 'Read the messages of its steps, correct the cause, check again.',
  });
}
