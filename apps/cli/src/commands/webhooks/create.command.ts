import { CliWebhookCreateDocument, type WebhookCreateInput, type WebhookKind } from '@rollcall/schema';
import { Option } from 'commander';
import { collect } from '../../command-options.js';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { webhookText } from './webhook-text.js';

/** Makes a webhook; the secret is shown once. */
export const webhooksCreateCommand: CommandSpec = {
  name: 'webhooks create',
  summary: 'have events sent to an address; the signing secret is shown once',
  declare: (command) => {
    command
      .argument('<address>', 'https address that takes POST requests')
      .option('--team <slug>', 'events of this team; default everything, for administrators')
      .option('--event <pattern>', '*, dev.rollcall.version.* or an exact type (repeatable); default *', collect)
      .addOption(new Option('--kind <kind>', 'how it speaks').choices(['standard', 'slack']).default('standard'))
      .option('--description <text>', 'what it is for');
  },
  connects: 'account',
  examples: [
    'rollcall webhooks create https://hooks.example.com/rollcall --team payments --event "dev.rollcall.version.*"',
  ],
  run: async ({ cli, args: [url = ''], options }) => {
    const patterns = options.list('event');
    const input: WebhookCreateInput = {
      url,
      kind: (options.text('kind') ?? 'standard') as WebhookKind,
      events: patterns.length === 0 ? ['*'] : patterns,
    };
    const team = options.text('team');
    const description = options.text('description');
    if (team !== undefined) input.team = team;
    if (description !== undefined) input.description = description;
    const plane = await cli.controlPlane();
    const { webhookCreate: payload } = await plane.execute(CliWebhookCreateDocument, { input });
    const webhook = entityOf(payload.webhook, payload.errors);
    if (payload.secret !== null) cli.note('Keep the secret now: it cannot be shown again.');
    const secret = payload.secret === null ? '' : `\n${payload.secret}`;
    return { data: { webhook, secret: payload.secret }, text: `${webhookText(webhook)}${secret}` };
  },
};
