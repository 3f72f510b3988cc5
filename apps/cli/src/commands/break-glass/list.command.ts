import { CliBreakGlassRequestsDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { requestText } from './request-text.js';

/** What was asked for. */
export const breakGlassListCommand: CommandSpec = {
  name: 'break-glass list',
  summary: 'the newest requests',
  declare: (command) => {
    command.option('--pending', 'only those that wait for a second administrator');
  },
  connects: 'account',
  run: async ({ cli, options }) => {
    const plane = await cli.controlPlane();
    const variables = { pending: options.flag('pending') };
    const { breakGlassRequests } = await plane.execute(CliBreakGlassRequestsDocument, variables);
    const requests = breakGlassRequests.edges.map(({ node }) => node);
    return { data: { requests }, text: requests.map(requestText).join('\n') || 'No break-glass request.' };
  },
};
