import { CliEnvironmentCreateDocument, type EnvironmentKind } from '@rollcall/schema';
import { Option } from 'commander';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green, inline } from '../../output/style.js';

/** Makes an environment. */
export const environmentsCreateCommand: CommandSpec = {
  name: 'environments create',
  summary: 'make an environment with a bundle and gateways of its own',
  declare: (command) => {
    command
      .argument('<name>', 'e.g. production-eu')
      .addOption(
        new Option('--kind <kind>', 'what runs there: versions on their way, or those in use')
          .choices(['staging', 'production'])
          .makeOptionMandatory(),
      );
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''], options }) => {
    const input = { name, kind: options.required('kind', '--kind') as EnvironmentKind };
    const plane = await cli.controlPlane();
    const { environmentCreate: payload } = await plane.execute(CliEnvironmentCreateDocument, { input });
    const environment = entityOf(payload.environment, payload.errors);
    return {
      data: environment,
      text: `${green('✔')} ${inline(environment.name)} is an environment for ${environment.kind}`,
    };
  },
};
