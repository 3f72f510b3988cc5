import { CliBreakGlassCancelDocument, CliBreakGlassConfirmDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green } from '../../output/style.js';
import { versionText } from '../../output/version-text.js';
import { requestText } from './request-text.js';

/** The second administrator's word. */
export const breakGlassConfirmCommand: CommandSpec = {
  name: 'break-glass confirm',
  summary: 'confirm, as another administrator, what was asked for; the step is taken at once',
  declare: (command) => {
    command.argument('<id>', 'of the request');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''] }) => {
    const plane = await cli.controlPlane();
    const { breakGlassConfirm: payload } = await plane.execute(CliBreakGlassConfirmDocument, { input: { id } });
    const request = entityOf(payload.request, payload.errors);
    const version = entityOf(payload.version, payload.errors);
    return { data: { request, version }, text: `${green('✔')} ${versionText(version)}\n${requestText(request)}` };
  },
};

/** Takes a request back, or turns it down. */
export const breakGlassCancelCommand: CommandSpec = {
  name: 'break-glass cancel',
  summary: 'take a request back, or turn it down',
  declare: (command) => {
    command.argument('<id>', 'of the request');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''] }) => {
    const plane = await cli.controlPlane();
    const { breakGlassCancel: payload } = await plane.execute(CliBreakGlassCancelDocument, { input: { id } });
    const request = entityOf(payload.request, payload.errors);
    return { data: { request }, text: requestText(request) };
  },
};
