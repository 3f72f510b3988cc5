import { CliVersionReleaseDocument } from '@rollcall/schema';
import type { CommandSpec } from '../command-spec.js';
import { entityOf } from '../connection/control-plane.js';
import { versionText } from '../output/version-text.js';
import { parseVersionName } from '../target/parse-target.js';

/** Lifts a quarantine. */
export const releaseCommand: CommandSpec = {
  name: 'release',
  summary: 'lift the quarantine of a version',
  declare: (command) => {
    command.argument('<version>', 'NAME@VERSION').requiredOption('--reason <reason>', 'why it is safe again; recorded');
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''], options }) => {
    const input = { version: { byName: parseVersionName(name) }, reason: options.required('reason', '--reason') };
    const plane = await cli.controlPlane();
    const { versionRelease: payload } = await plane.execute(CliVersionReleaseDocument, { input });
    const version = entityOf(payload.version, payload.errors);
    return { data: { version }, text: versionText(version) };
  },
};
