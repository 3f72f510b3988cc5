import { CliGoldenCallsDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { dim } from '../../output/style.js';

/** What is declared. */
export const goldenShowCommand: CommandSpec = {
  name: 'golden show',
  summary: 'the golden calls of a server as they hold now',
  declare: (command) => {
    command.argument('<server>', 'NAME of the server');
  },
  connects: 'account',
  examples: ['rollcall golden show com.acme/weather > rollcall.golden.json'],
  run: async ({ cli, args: [name = ''] }) => {
    const plane = await cli.controlPlane();
    const { server } = await plane.execute(CliGoldenCallsDocument, { ref: { byName: name } });
    const goldenCalls = server?.goldenCalls ?? null;
    const data = { goldenCalls, permissions: server?.goldenPermissions ?? [] };
    const text = goldenCalls ? JSON.stringify(goldenCalls.document, null, 2) : dim('no golden calls are declared');
    return { data, text };
  },
};
