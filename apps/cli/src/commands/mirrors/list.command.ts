import { CliMirrorsDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { dim, green, inline, red } from '../../output/style.js';
import { table } from '../../output/table.js';

/** Lists the registries that are shown beside our own. */
export const mirrorsListCommand: CommandSpec = {
  name: 'mirrors list',
  summary: 'other registries shown beside your own servers',
  connects: 'account',
  run: async ({ cli }) => {
    const { mirrors } = await (await cli.controlPlane()).execute(CliMirrorsDocument, {});
    const rows = mirrors.map((mirror) => [
      String(mirror.precedence),
      inline(mirror.name),
      inline(mirror.url),
      String(mirror.versionCount),
      mirror.error === null
        ? green(mirror.fullAt === null ? 'not walked yet' : 'in sync')
        : red(inline(mirror.error.message)),
      mirror.enabled ? '' : dim('off'),
    ]);
    const text =
      rows.length === 0 ? 'No mirror.' : table(rows, ['order', 'mirror', 'registry', 'versions', 'state', '']);
    return { data: { mirrors }, text };
  },
};
