import { CliWebhookUpdateDocument, type WebhookUpdateInput } from '@rollcall/schema';
import { collect } from '../../command-options.js';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { webhookText } from './webhook-text.js';

/** Changes what is given. */
export const webhooksUpdateCommand: CommandSpec = {
  name: 'webhooks update',
  summary: 'change the address, the events or the description of a webhook, or switch it on or off',
  declare: (command) => {
    command
      .argument('<id>', 'as webhooks list prints it')
      .option('--address <url>', 'where to send to')
      .option('--event <pattern>', 'replaces all patterns (repeatable)', collect)
      .option('--description <text>', 'what it is for')
      .option('--enable', 'send again')
      .option('--disable', 'send nothing more');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''], options }) => {
    const [enable, disable] = [options.flag('enable'), options.flag('disable')];
    if (enable && disable) throw usage('--enable and --disable contradict each other.', 'Give one of them.');
    const input: WebhookUpdateInput = { id };
    const [url, description, events] = [options.text('address'), options.text('description'), options.list('event')];
    if (url !== undefined) input.url = url;
    if (description !== undefined) input.description = description;
    if (events.length > 0) input.events = events;
    if (enable || disable) input.enabled = enable;
    const plane = await cli.controlPlane();
    const { webhookUpdate: payload } = await plane.execute(CliWebhookUpdateDocument, { input });
    const webhook = entityOf(payload.webhook, payload.errors);
    return { data: { webhook }, text: webhookText(webhook) };
  },
};
