import { CliGatewayEnrollDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';

/** Enrolls a gateway; standard output is its token alone. */
export const gatewaysEnrollCommand: CommandSpec = {
  name: 'gateways enroll',
  summary: 'enroll a gateway in an environment; its token is shown once',
  declare: (command) => {
    command
      .argument('<name>', 'name of the gateway')
      .requiredOption('--environment <name>', 'whose policy it enforces');
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''], options }) => {
    const input = { name, environment: options.required('environment', '--environment') };
    const plane = await cli.controlPlane();
    const { gatewayEnroll: payload } = await plane.execute(CliGatewayEnrollDocument, { input });
    const gateway = entityOf(payload.gateway, payload.errors);
    const token = entityOf(payload.token, payload.errors);
    cli.note(`${gateway.name} is enrolled as ${gateway.id}. Keep its token now: it cannot be shown again.`);
    return { data: { gateway, token }, text: token };
  },
};
