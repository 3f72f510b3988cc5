import { CliDeliveryRedeliverDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { green } from '../../output/style.js';

/** Sends again what is over. */
export const webhooksRedeliverCommand: CommandSpec = {
  name: 'webhooks redeliver',
  summary: 'send one delivery again, or every dead one of a webhook',
  declare: (command) => {
    command
      .argument('[delivery]', 'as webhooks deliveries prints it')
      .option('--dead-of <webhook>', 'every dead delivery of this webhook');
  },
  connects: 'account',
  run: async ({ cli, args: [delivery], options }) => {
    const deadOf = options.text('deadOf');
    if ((delivery === undefined) === (deadOf === undefined)) {
      throw usage('Name one delivery, or a webhook with --dead-of.', 'Give exactly one of them.');
    }
    const input = delivery === undefined ? { deadOf: deadOf ?? '' } : { delivery };
    const plane = await cli.controlPlane();
    const { deliveryRedeliver: payload } = await plane.execute(CliDeliveryRedeliverDocument, { input });
    const count = entityOf(payload.count, payload.errors);
    return {
      data: { count },
      text: `${green('✔')} ${count} ${count === 1 ? 'delivery is' : 'deliveries are'} sent again`,
    };
  },
};
