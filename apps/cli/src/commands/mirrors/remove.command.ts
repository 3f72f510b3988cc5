import { CliMirrorRemoveDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green, inline } from '../../output/style.js';

/** Takes a registry away. */
export const mirrorsRemoveCommand: CommandSpec = {
  name: 'mirrors remove',
  summary: 'stop showing the servers of another registry; they become tombstones',
  declare: (command) => {
    command.argument('<name>', 'the mirror');
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''] }) => {
    const plane = await cli.controlPlane();
    const { mirrorRemove: payload } = await plane.execute(CliMirrorRemoveDocument, { input: { name } });
    const mirror = entityOf(payload.mirror, payload.errors);
    return { data: mirror, text: `${green('✔')} ${inline(mirror.name)} is removed` };
  },
};
