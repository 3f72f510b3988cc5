import { CliWebhookDeleteDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green } from '../../output/style.js';

/** Deletes a webhook with its delivery log. */
export const webhooksDeleteCommand: CommandSpec = {
  name: 'webhooks delete',
  summary: 'delete a webhook with its delivery log',
  declare: (command) => {
    command.argument('<id>', 'as webhooks list prints it');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''] }) => {
    const plane = await cli.controlPlane();
    const { webhookDelete: payload } = await plane.execute(CliWebhookDeleteDocument, { input: { id } });
    const deletedId = entityOf(payload.deletedId, payload.errors);
    return { data: { deletedId }, text: `${green('✔')} ${deletedId} is deleted` };
  },
};
