import { describeBundle } from '@rollcall/bundle';
import { bundleArgument } from '../../bundles/bundle-argument.js';
import { summaryText } from '../../bundles/summary-text.js';
import type { CommandSpec } from '../../command-spec.js';

/** Shows what a bundle says. */
export const bundleShowCommand: CommandSpec = {
  name: 'bundle show',
  summary: 'show what a bundle says, without verifying it',
  declare: (command) => {
    command.argument('<file>', 'a bundle');
  },
  run: async ({ cli, args: [file = ''] }) => {
    const summary = describeBundle(await bundleArgument(cli, file));
    return { data: { verified: false, ...summary }, text: summaryText(summary) };
  },
};
