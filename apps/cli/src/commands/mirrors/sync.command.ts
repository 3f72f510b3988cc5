import { CliMirrorSyncDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green, inline } from '../../output/style.js';

/** Asks for a walk now. */
export const mirrorsSyncCommand: CommandSpec = {
  name: 'mirrors sync',
  summary: 'ask another registry for changes now',
  declare: (command) => {
    command.argument('<name>', 'the mirror').option('--force', 'believe a registry that has lost most of its servers');
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''], options }) => {
    const plane = await cli.controlPlane();
    const input = { name, force: options.flag('force') };
    const { mirrorSync: payload } = await plane.execute(CliMirrorSyncDocument, { input });
    const mirror = entityOf(payload.mirror, payload.errors);
    return { data: mirror, text: `${green('✔')} ${inline(mirror.name)} is asked; look with rollcall mirrors list` };
  },
};
