import { CliDeliveriesDocument, type DeliveryStatus } from '@rollcall/schema';
import { Option } from 'commander';
import type { CommandSpec } from '../../command-spec.js';
import { deliveriesText } from './webhook-text.js';

/** The newest deliveries of a webhook with their attempts. */
export const webhooksDeliveriesCommand: CommandSpec = {
  name: 'webhooks deliveries',
  summary: 'the newest 100 deliveries of a webhook, and how they went',
  declare: (command) => {
    command
      .argument('<id>', 'as webhooks list prints it')
      .addOption(new Option('--status <status>', 'only these').choices(['pending', 'delivered', 'dead']))
      .option('--type <type>', 'only events of this exact type');
  },
  connects: 'account',
  run: async ({ cli, args: [webhook = ''], options }) => {
    const status = (options.text('status') ?? null) as DeliveryStatus | null;
    const variables = { webhook, status, type: options.text('type') ?? null, first: 100 };
    const plane = await cli.controlPlane();
    const { deliveries: page } = await plane.execute(CliDeliveriesDocument, variables);
    const deliveries = page.edges.map((edge) => edge.node);
    if (page.pageInfo.hasNextPage) cli.note('There are older ones.');
    return { data: { deliveries }, text: deliveriesText(deliveries) };
  },
};
