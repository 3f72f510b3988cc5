import { CliVersionQuarantineDocument } from '@rollcall/schema';
import type { CommandSpec } from '../command-spec.js';
import { entityOf } from '../connection/control-plane.js';
import { versionText } from '../output/version-text.js';
import { parseVersionName } from '../target/parse-target.js';

/** Holds a version at once. */
export const quarantineCommand: CommandSpec = {
  name: 'quarantine',
  summary: 'hold a version at once: gateways refuse every call of it',
  declare: (command) => {
    command
      .argument('<version>', 'NAME@VERSION')
      .requiredOption('--reason <reason>', 'why; shown to whoever is refused');
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''], options }) => {
    const input = { version: { byName: parseVersionName(name) }, reason: options.required('reason', '--reason') };
    const plane = await cli.controlPlane();
    const { versionQuarantine: payload } = await plane.execute(CliVersionQuarantineDocument, { input });
    const version = entityOf(payload.version, payload.errors);
    return { data: { version }, text: versionText(version) };
  },
};
