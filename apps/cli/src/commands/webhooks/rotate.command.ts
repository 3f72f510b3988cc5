import { CliWebhookSecretRotateDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';

/** Makes a new signing secret; standard output is the secret alone, so that it can be piped into a secret store. */
export const webhooksRotateCommand: CommandSpec = {
  name: 'webhooks rotate',
  summary: 'make a new signing secret; the old one signs as well for 24 hours',
  declare: (command) => {
    command.argument('<id>', 'as webhooks list prints it');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''] }) => {
    const plane = await cli.controlPlane();
    const { webhookSecretRotate: payload } = await plane.execute(CliWebhookSecretRotateDocument, { input: { id } });
    const secret = entityOf(payload.secret, payload.errors);
    cli.note(`Keep it now: it cannot be shown again. The old one works until ${payload.webhook?.previousSecretUntil}.`);
    return { data: { webhook: payload.webhook, secret }, text: secret };
  },
};
