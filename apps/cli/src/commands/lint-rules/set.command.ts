import type { JsonValue } from '@rollcall/kernel';
import { CliRuleSetDocument, CliRuleSetSetDocument } from '@rollcall/schema';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { type ControlPlane, entityOf } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { green, inline } from '../../output/style.js';
import { readRuleSetFile } from '../../target/rule-set.file.js';

/** Decides the document. */
export const rulesSetCommand: CommandSpec = {
  name: 'rules set',
  summary: 'put a rule set of lint in force, for the organization or a namespace',
  declare: (command) => {
    command
      .argument('<file>', 'YAML or JSON: { rules: { RULE_ID: off|info|warning|error }, options: { ... } }')
      .requiredOption('--reason <reason>', 'why; recorded with the revision')
      .option('--namespace <prefix>', 'a prefix of namespaces, such as com.acme; default the organization')
      .option('--expected-revision <number>', 'refuse when another revision is in force; default the one in force now');
  },
  connects: 'account',
  examples: ['rollcall rules set rules.yaml --namespace com.acme.payments --reason "Output schemas everywhere."'],
  run: set,
};

async function set({ cli, args: [file = ''], options }: Invocation): Promise<CommandOutcome> {
  const document = (await readRuleSetFile(cli.io, file)) as JsonValue;
  const reason = options.required('reason', '--reason');
  const namespace = options.text('namespace');
  const plane = await cli.controlPlane();
  const expectedRevision = await revision(plane, namespace, options.text('expectedRevision'));
  const input = { document, reason, expectedRevision, ...(namespace === undefined ? {} : { namespace }) };
  const { ruleSetSet: payload } = await plane.execute(CliRuleSetSetDocument, { input });
  const ruleSet = entityOf(payload.ruleSet, payload.errors);
  const scope = ruleSet.namespace == null ? 'the organization' : inline(ruleSet.namespace);
  return { data: { ruleSet }, text: `${green('✔')} rule set revision ${ruleSet.revision} is in force for ${scope}` };
}

async function revision(
  plane: ControlPlane,
  namespace: string | undefined,
  given: string | undefined,
): Promise<number> {
  if (given === undefined) {
    const { lintRuleSet } = await plane.execute(CliRuleSetDocument, namespace === undefined ? {} : { namespace });
    return lintRuleSet.revision;
  }
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw usage(`--expected-revision ${given} is not a number.`, 'Ask for it with: rollcall rules show --format json');
}
