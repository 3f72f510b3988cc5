import { CliServiceAccountCreateDocument, CliUserCreateDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green } from '../../output/style.js';

/** Makes an account for a person. */
export const peopleCreateCommand: CommandSpec = {
  name: 'people create',
  summary: 'make an account for a person',
  declare: (command) => {
    command
      .argument('<handle>', 'unique in the organization')
      .option('--name <name>', 'default the handle')
      .option('--email <address>', 'by which a sign-in provider may find the account');
  },
  connects: 'account',
  run: async ({ cli, args: [handle = ''], options }) => {
    const input = { handle, displayName: options.text('name') ?? handle, email: options.text('email') ?? null };
    const plane = await cli.controlPlane();
    const { userCreate: payload } = await plane.execute(CliUserCreateDocument, { input });
    const principal = entityOf(payload.principal, payload.errors);
    return { data: { principal }, text: `${green('✔')} ${principal.handle}` };
  },
};

/** Makes an account for a program. */
export const peopleCreateServiceAccountCommand: CommandSpec = {
  name: 'people create-service-account',
  summary: 'make an account for a pipeline or another program',
  declare: (command) => {
    command
      .argument('<handle>', 'unique in the organization')
      .option('--team <slug>', 'the team it belongs to')
      .option('--role <role>', 'maintainer or developer in that team; default developer');
  },
  connects: 'account',
  run: async ({ cli, args: [handle = ''], options }) => {
    const input = { handle, team: options.text('team') ?? null, role: options.text('role') ?? null };
    const plane = await cli.controlPlane();
    const { serviceAccountCreate: payload } = await plane.execute(CliServiceAccountCreateDocument, { input });
    const principal = entityOf(payload.principal, payload.errors);
    return { data: { principal }, text: `${green('✔')} ${principal.handle}` };
  },
};
