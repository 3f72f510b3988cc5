import { CliPolicyDocument, CliPolicySetDocument } from '@rollcall/schema';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { type ControlPlane, entityOf } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { green } from '../../output/style.js';
import { readPolicyFile } from './policy-file.js';

/** Decides the document. */
export const policySetCommand: CommandSpec = {
  name: 'policy set',
  summary: 'put a policy document in force',
  declare: (command) => {
    command
      .argument('<file>', 'policy.json: the whole document')
      .requiredOption('--reason <reason>', 'why; recorded with the revision')
      .option('--expected-revision <number>', 'refuse when another revision is in force; default the one in force now');
  },
  connects: 'account',
  examples: ['rollcall policy set policy.json --reason "Two reviewers for critical servers." --expected-revision 3'],
  run: set,
};

async function set({ cli, args: [file = ''], options }: Invocation): Promise<CommandOutcome> {
  const document = await readPolicyFile(cli, file);
  const reason = options.required('reason', '--reason');
  const plane = await cli.controlPlane();
  const expectedRevision = await revision(plane, options.text('expectedRevision'));
  const input = { document, reason, expectedRevision };
  const { policySet: payload } = await plane.execute(CliPolicySetDocument, { input });
  const policy = entityOf(payload.policy, payload.errors);
  return { data: { policy }, text: `${green('✔')} policy revision ${policy.revision} is in force` };
}

async function revision(plane: ControlPlane, given: string | undefined): Promise<number> {
  if (given === undefined) return (await plane.execute(CliPolicyDocument, {})).policy.revision;
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw usage(`--expected-revision ${given} is not a number.`, 'Ask for it with: rollcall policy show --format json');
}
