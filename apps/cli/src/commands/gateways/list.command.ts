import { CliGatewaysDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { dim, green, red, yellow } from '../../output/style.js';
import { table } from '../../output/table.js';

/** Lists gateways and what they run. */
export const gatewaysListCommand: CommandSpec = {
  name: 'gateways list',
  summary: 'the gateways and the policy revision each of them runs',
  connects: 'account',
  run: async ({ cli }) => {
    const { gateways } = await (await cli.controlPlane()).execute(CliGatewaysDocument, {});
    const rows = gateways.map(({ name, environment, status }) => {
      if (status === null) return [name, environment.name, dim('never reported'), '', ''];
      const state =
        status.result !== 'ack' ? red(status.result) : status.converged ? green('converged') : yellow('behind');
      return [name, environment.name, state, `epoch ${status.epoch} serial ${status.serial}`, status.reportedAt];
    });
    const text =
      rows.length === 0 ? 'No gateway.' : table(rows, ['gateway', 'environment', 'state', 'revision', 'reported']);
    return { data: { gateways }, text };
  },
};
