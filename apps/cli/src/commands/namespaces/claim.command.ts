import { CliNamespaceClaimDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green, inline } from '../../output/style.js';

/** Claims a namespace for a team. */
export const namespacesClaimCommand: CommandSpec = {
  name: 'namespaces claim',
  summary: 'claim a namespace for a team',
  declare: (command) => {
    command
      .argument('<name>', 'reverse-DNS prefix, e.g. com.acme')
      .requiredOption('--team <slug>', 'the team that owns it');
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''], options }) => {
    const input = { name, team: options.required('team', '--team') };
    const plane = await cli.controlPlane();
    const { namespaceClaim: payload } = await plane.execute(CliNamespaceClaimDocument, { input });
    const namespace = entityOf(payload.namespace, payload.errors);
    const text = `${green('✔')} ${inline(namespace.name)} belongs to ${namespace.team.slug} (proof: ${inline(namespace.proof)})`;
    return { data: { namespace }, text };
  },
};
