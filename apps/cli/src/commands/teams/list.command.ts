import { CliTeamsDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { inline } from '../../output/style.js';
import { table } from '../../output/table.js';

/** Lists teams and who is in them. */
export const teamsListCommand: CommandSpec = {
  name: 'teams list',
  summary: 'the teams you may see, and who is in them',
  connects: 'account',
  run: async ({ cli }) => {
    const { teams } = await (await cli.controlPlane()).execute(CliTeamsDocument, {});
    const rows = teams.map((team) => [
      team.slug,
      inline(team.name),
      team.members.map((member) => `${member.principal.handle} (${member.role})`).join(', ') || '-',
    ]);
    return { data: { teams }, text: rows.length === 0 ? 'No team.' : table(rows, ['team', 'name', 'members']) };
  },
};
