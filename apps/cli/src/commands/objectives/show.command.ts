import { CliServerObjectiveDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { dim } from '../../output/style.js';
import { objectiveText } from './objective-text.js';

/** How good a server has to be. */
export const objectivesShowCommand: CommandSpec = {
  name: 'objectives show',
  summary: 'how available and how quick a server has to be',
  declare: (command) => {
    command.argument('<server>', 'NAME of the server');
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''] }) => {
    const plane = await cli.controlPlane();
    const { server } = await plane.execute(CliServerObjectiveDocument, { ref: { byName: name } });
    const objective = server?.objective ?? null;
    return { data: { objective }, text: objective ? objectiveText(objective) : dim('no objective is set') };
  },
};
