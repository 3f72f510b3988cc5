import { explainCall, indexPolicy, type PolicyState } from '@rollcall/policy';
import { bundleArgument } from '../../bundles/bundle-argument.js';
import type { CommandSpec } from '../../command-spec.js';
import { EXIT } from '../../errors/exit-codes.js';
import { bold, dim, green, inline, red } from '../../output/style.js';
import { indent } from '../../output/table.js';

/** Says why a call is decided as it is. */
export const bundleExplainCommand: CommandSpec = {
  name: 'bundle explain',
  summary: 'why a bundle allows or refuses a call: exit 0 allowed, 1 refused',
  declare: (command) => {
    command
      .argument('<file>', 'a bundle')
      .requiredOption('--agent <agent>', 'id or name of the agent')
      .requiredOption('--tool <tool>', 'as agents see it: alias__tool');
  },
  examples: ['rollcall bundle explain ./policy/bundle.json --agent support --tool ledger__pay'],
  run: async ({ cli, args: [file = ''], options }) => {
    const tool = options.required('tool', '--tool');
    const { state } = await bundleArgument(cli, file);
    const agent = agentId(state, options.required('agent', '--agent'));
    const explanation = explainCall(indexPolicy(state), agent, tool);
    const { decision } = explanation;
    const who = explanation.agent === null ? inline(agent) : inline(explanation.agent.name);
    const head = decision.allow
      ? `${green('✔ allowed')}  ${bold(inline(tool))} for ${who}, version ${inline(decision.version)}`
      : `${red(`✖ ${decision.code}`)}  ${bold(inline(tool))} for ${who}`;
    const lines = decision.allow ? [] : [inline(decision.message)];
    lines.push(...explanation.facts.map((fact) => `- ${inline(fact)}`));
    if (explanation.nearMisses.length > 0) lines.push(dim(`similar: ${explanation.nearMisses.join(', ')}`));
    const text = lines.length === 0 ? head : `${head}\n${indent(lines.join('\n'))}`;
    return { data: explanation, text, exitCode: decision.allow ? EXIT.done : EXIT.no };
  },
};

/** An id as it is; else the agent of that name when exactly one has it. */
function agentId(state: PolicyState, given: string): string {
  if (Object.hasOwn(state.agents, given)) return given;
  const named = Object.entries(state.agents).filter(([, agent]) => agent.name === given);
  const [only] = named;
  return named.length === 1 && only !== undefined ? only[0] : given;
}
