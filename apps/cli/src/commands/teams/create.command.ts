import { CliTeamCreateDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green, inline } from '../../output/style.js';

/** Makes a team. */
export const teamsCreateCommand: CommandSpec = {
  name: 'teams create',
  summary: 'make a team',
  declare: (command) => {
    command.argument('<slug>', 'short name, unique in the organization').option('--name <name>', 'default the slug');
  },
  connects: 'account',
  run: async ({ cli, args: [slug = ''], options }) => {
    const input = { slug, name: options.text('name') ?? slug };
    const plane = await cli.controlPlane();
    const { teamCreate: payload } = await plane.execute(CliTeamCreateDocument, { input });
    const team = entityOf(payload.team, payload.errors);
    return { data: { team }, text: `${green('✔')} ${team.slug}  ${inline(team.name)}` };
  },
};
