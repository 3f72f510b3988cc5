import { diffStates } from '@rollcall/bundle';
import { bundleArgument } from '../../bundles/bundle-argument.js';
import type { CommandSpec } from '../../command-spec.js';
import { green, inline, red, yellow } from '../../output/style.js';
import { table } from '../../output/table.js';

const KIND = { added: green('+'), removed: red('-'), changed: yellow('~') };

/** Compares what two bundles say. */
export const bundleDiffCommand: CommandSpec = {
  name: 'bundle diff',
  summary: 'what another bundle changes for those who enforce this one',
  declare: (command) => {
    command.argument('<before>', 'a bundle').argument('<after>', 'another bundle');
  },
  run: async ({ cli, args: [before = '', after = ''] }) => {
    const [from, to] = [await bundleArgument(cli, before), await bundleArgument(cli, after)];
    const changes = diffStates(from.state, to.state);
    const rows = changes.map((change) => [KIND[change.kind], change.subject, inline(change.message)]);
    const text = changes.length === 0 ? 'Both say the same.' : table(rows);
    return { data: { before: from.stateDigest, after: to.stateDigest, changes }, text };
  },
};
