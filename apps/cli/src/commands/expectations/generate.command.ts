import { CliExpectationSuggestionDocument } from '@rollcall/schema';
import { stringify } from 'yaml';
import type { CommandSpec } from '../../command-spec.js';

/** A document to begin with, made of what gateways saw. */
export const expectationsGenerateCommand: CommandSpec = {
  name: 'expectations generate',
  summary: 'print the expectations document that follows from the calls gateways saw, as YAML',
  declare: (command) => {
    command.argument('<agent>', 'its slug').option('--env <name>', 'only calls in this environment');
  },
  connects: 'account',
  examples: ['rollcall expectations generate checkout-bot --env production > rollcall.expectations.yaml'],
  run: async ({ cli, args: [agent = ''], options }) => {
    const plane = await cli.controlPlane();
    const variables = { agent, environment: options.text('env') ?? null };
    const { expectationSuggestion: document } = await plane.execute(CliExpectationSuggestionDocument, variables);
    cli.note('Gateways see arguments by name and no results: add what is read as `outputs`, and examples.');
    return { data: { document }, text: stringify(document).trimEnd() };
  },
};
