import { CliVersionApproveDocument, type VersionApproveInput } from '@rollcall/schema';
import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import { entityOf, refusalOf } from '../connection/control-plane.js';
import { approvalRules, declareApprovals } from '../lifecycle-input.js';
import { guardsText } from '../output/guards-text.js';
import { green } from '../output/style.js';
import { versionText } from '../output/version-text.js';
import { parseVersionName } from '../target/parse-target.js';

/** One reviewer's approval; the last one that is needed moves the version. */
export const approveCommand: CommandSpec = {
  name: 'approve',
  summary: 'approve a version in review; the last approval that is needed moves it to staging',
  declare: (command) => {
    command.argument('<version>', 'NAME@VERSION').option('--comment <text>', 'recorded with the approval');
    declareApprovals(command);
  },
  connects: 'account',
  examples: ['rollcall approve com.acme/bank@2.0.0 --approval transfer=human'],
  run: approve,
};

async function approve({ cli, args: [name = ''], options }: Invocation): Promise<CommandOutcome> {
  const input: VersionApproveInput = { version: { byName: parseVersionName(name) } };
  const [rules, comment] = [approvalRules(options), options.text('comment')];
  if (rules !== undefined) input.approvalRules = rules;
  if (comment !== undefined) input.comment = comment;
  const plane = await cli.controlPlane();
  const { versionApprove: payload } = await plane.execute(CliVersionApproveDocument, { input });
  const failure = refusalOf(payload.errors);
  if (failure !== null) {
    const inTheWay = payload.guards.filter((guard) => guard.status !== 'met');
    return { data: payload, text: inTheWay.length === 0 ? '' : guardsText(inTheWay), failure };
  }
  const version = entityOf(payload.version, payload.errors);
  const count = `${payload.given} of ${payload.required} approvals`;
  return { data: payload, text: `${green('✔')} ${versionText(version)}  ${count}` };
}
