import { CliRuleSetDocument, CliRulesForDocument } from '@rollcall/schema';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { usage } from '../../errors/failure.js';

/** What is in force. */
export const rulesShowCommand: CommandSpec = {
  name: 'rules show',
  summary: 'the rule set of lint in force for the organization or a namespace; with --for, what holds for one server',
  declare: (command) => {
    command
      .option('--namespace <prefix>', 'a prefix of namespaces, such as com.acme; default the organization')
      .option('--for <server>', 'NAME of a server: all rule sets that hold for it as one');
  },
  connects: 'account',
  examples: ['rollcall rules show > rules.json', 'rollcall rules show --for com.acme.payments/ledger'],
  run: show,
};

async function show({ cli, options }: Invocation): Promise<CommandOutcome> {
  const [namespace, server] = [options.text('namespace'), options.text('for')];
  if (namespace !== undefined && server !== undefined) {
    throw usage('--namespace and --for exclude each other.', 'Leave one of them out.');
  }
  const plane = await cli.controlPlane();
  if (server !== undefined) {
    const { lintRulesFor: rules } = await plane.execute(CliRulesForDocument, { server });
    return { data: { server, rules }, text: JSON.stringify(rules, null, 2) };
  }
  const { lintRuleSet: ruleSet } = await plane.execute(
    CliRuleSetDocument,
    namespace === undefined ? {} : { namespace },
  );
  return { data: ruleSet, text: JSON.stringify(ruleSet.document, null, 2) };
}
