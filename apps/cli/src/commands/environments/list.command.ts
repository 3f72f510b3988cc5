import { CliEnvironmentsDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { inline } from '../../output/style.js';
import { table } from '../../output/table.js';

/** Lists environments in promotion order. */
export const environmentsListCommand: CommandSpec = {
  name: 'environments list',
  summary: 'the environments of your organization',
  connects: 'account',
  run: async ({ cli }) => {
    const { environments } = await (await cli.controlPlane()).execute(CliEnvironmentsDocument, {});
    const rows = environments.map((environment) => [inline(environment.name), environment.kind]);
    const text = rows.length === 0 ? 'No environment.' : table(rows, ['environment', 'kind']);
    return { data: { environments }, text };
  },
};
