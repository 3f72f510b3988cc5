import { CliAgentCreateDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green, inline } from '../../output/style.js';

/** Registers an agent. */
export const agentsCreateCommand: CommandSpec = {
  name: 'agents create',
  summary: 'register an agent: a client application that calls tools',
  declare: (command) => {
    command
      .argument('<slug>', 'short name, unique in the organization')
      .requiredOption('--team <slug>', 'the team that owns it')
      .option('--name <name>', 'for people; default the slug');
  },
  connects: 'account',
  run: async ({ cli, args: [slug = ''], options }) => {
    const input = { slug, name: options.text('name') ?? slug, team: options.required('team', '--team') };
    const plane = await cli.controlPlane();
    const { agentCreate: payload } = await plane.execute(CliAgentCreateDocument, { input });
    const agent = entityOf(payload.agent, payload.errors);
    return { data: { agent }, text: `${green('✔')} ${agent.slug}  ${inline(agent.name)}  ${agent.id}` };
  },
};
