import { CliGoldenCallsSetDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green, inline } from '../../output/style.js';
import { readGoldenFile } from './golden-calls.file.js';

/** Declares the golden calls of a server. */
export const goldenSetCommand: CommandSpec = {
  name: 'golden set',
  summary: 'declare the read-only example calls of a server; the whole set takes the place of the one before',
  declare: (command) => {
    command.argument('<server>', 'NAME of the server').argument('<file>', 'rollcall.golden.yaml, or JSON');
  },
  connects: 'account',
  examples: ['rollcall golden set com.acme/weather rollcall.golden.yaml'],
  run: async ({ cli, args: [name = '', file = ''] }) => {
    const document = await readGoldenFile(cli, file);
    const plane = await cli.controlPlane();
    const input = { server: { byName: name }, document };
    const { goldenCallsSet: payload } = await plane.execute(CliGoldenCallsSetDocument, { input });
    const goldenCalls = entityOf(payload.goldenCalls, payload.errors);
    const text = `${green('✔')} golden calls of ${inline(name)}, revision ${goldenCalls.revision}`;
    return { data: { goldenCalls }, text };
  },
};
