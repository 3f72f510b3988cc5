import { CliDeliveriesDocument, CliWebhookTestDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { poll } from '../../poll.js';
import { deliveryText } from './webhook-text.js';

/** Sends a ping and waits for its first attempt: delivered is 0, not delivered 1, not tried in time 6. */
export const webhooksTestCommand: CommandSpec = {
  name: 'webhooks test',
  summary: 'send a ping to a webhook and wait for what its endpoint says',
  declare: (command) => {
    command.argument('<id>', 'as webhooks list prints it').option('--timeout <seconds>', 'how long to wait', '30');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''], options }) => {
    const plane = await cli.controlPlane();
    const { webhookTest: payload } = await plane.execute(CliWebhookTestDocument, { input: { id } });
    const asked = entityOf(payload.delivery, payload.errors);
    const tried = await poll(options.seconds('timeout', '--timeout', 30), async () => {
      const { deliveries } = await plane.execute(CliDeliveriesDocument, { webhook: id, first: 20 });
      const found = deliveries.edges.map((edge) => edge.node).find((one) => one.id === asked.id);
      return found && found.log.length > 0 ? found : null;
    });
    const delivery = tried ?? asked;
    const exitCode = tried === null ? 6 : tried.status === 'delivered' ? 0 : 1;
    return { data: { delivery }, text: deliveryText(delivery), exitCode };
  },
};
