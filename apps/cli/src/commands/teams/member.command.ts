import { CliTeamMemberRemoveDocument, CliTeamMemberSetDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green } from '../../output/style.js';

/** Puts somebody into a team, or changes their role. */
export const teamsSetMemberCommand: CommandSpec = {
  name: 'teams set-member',
  summary: 'put somebody into a team, or give them another role there',
  declare: (command) => {
    command
      .argument('<team>', 'slug of the team')
      .argument('<handle>', 'a person or service account')
      .requiredOption('--role <role>', 'maintainer or developer');
  },
  connects: 'account',
  run: async ({ cli, args: [team = '', principal = ''], options }) => {
    const input = { team, principal, role: options.required('role', '--role') };
    const plane = await cli.controlPlane();
    const { teamMemberSet: payload } = await plane.execute(CliTeamMemberSetDocument, { input });
    const changed = entityOf(payload.team, payload.errors);
    return { data: { team: changed }, text: `${green('✔')} ${principal} is ${input.role} in ${changed.slug}` };
  },
};

/** Takes somebody out of a team. */
export const teamsRemoveMemberCommand: CommandSpec = {
  name: 'teams remove-member',
  summary: 'take somebody out of a team',
  declare: (command) => {
    command.argument('<team>', 'slug of the team').argument('<handle>', 'a person or service account');
  },
  connects: 'account',
  run: async ({ cli, args: [team = '', principal = ''] }) => {
    const plane = await cli.controlPlane();
    const { teamMemberRemove: payload } = await plane.execute(CliTeamMemberRemoveDocument, {
      input: { team, principal },
    });
    const changed = entityOf(payload.team, payload.errors);
    return { data: { team: changed }, text: `${green('✔')} ${principal} is no longer in ${changed.slug}` };
  },
};
