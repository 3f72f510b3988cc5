import { plainDocument, readExpectations } from '@rollcall/expectations';
import type { JsonValue } from '@rollcall/kernel';
import { CliAgentExpectationsDocument } from '@rollcall/schema';
import { stringify } from 'yaml';
import type { CommandSpec } from '../../command-spec.js';
import { usage } from '../../errors/failure.js';

/** What is in force. */
export const expectationsShowCommand: CommandSpec = {
  name: 'expectations show',
  summary: 'what an agent declared that it relies on, as YAML',
  declare: (command) => {
    command.argument('<agent>', 'its slug');
  },
  connects: 'account',
  run: async ({ cli, args: [slug = ''] }) => {
    const { agents } = await (await cli.controlPlane()).execute(CliAgentExpectationsDocument, {});
    const agent = agents.find((one) => one.slug === slug);
    if (agent === undefined) {
      throw usage(
        `There is no agent "${slug}" that you can see.`,
        'rollcall agents list shows those you can.',
        'NOT_FOUND',
      );
    }
    const { expectations } = agent;
    if (expectations === null) return { data: { agent: slug, expectations }, text: `${slug} declared nothing.` };
    // the database keeps no order of keys; a person reads the document in the order in which it is described
    const read = readExpectations(expectations.document as JsonValue);
    const document = read.ok ? plainDocument(read.value) : expectations.document;
    return { data: { agent: slug, expectations }, text: stringify(document).trimEnd() };
  },
};
