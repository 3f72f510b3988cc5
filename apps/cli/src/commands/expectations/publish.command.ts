import { plainDocument } from '@rollcall/expectations';
import { CliExpectationPublishDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green, inline, yellow } from '../../output/style.js';
import { EXPECTATIONS_FILE, readExpectationsFile } from '../../target/expectations.file.js';

/** Says what an agent relies on. */
export const expectationsPublishCommand: CommandSpec = {
  name: 'expectations publish',
  summary: 'say what an agent relies on; changes of servers are judged by it',
  declare: (command) => {
    command.argument('[file]', 'YAML or JSON', EXPECTATIONS_FILE);
  },
  connects: 'account',
  examples: ['rollcall expectations publish rollcall.expectations.yaml'],
  run: async ({ cli, args: [file = EXPECTATIONS_FILE] }) => {
    const document = await readExpectationsFile(cli.io, file);
    const plane = await cli.controlPlane();
    const input = { agent: document.agent, document: plainDocument(document) };
    const { expectationPublish: payload } = await plane.execute(CliExpectationPublishDocument, { input });
    const expectations = entityOf(payload.expectations, payload.errors);
    const { isNew, warnings } = payload;
    const what = isNew ? 'is in force' : 'was in force already';
    const lines = [
      `${green('✔')} revision ${expectations.revision} of what ${document.agent} relies on ${what}`,
      ...warnings.map((warning) => `${yellow('!')} ${inline(warning)}`),
    ];
    return { data: { expectations, isNew, warnings }, text: lines.join('\n') };
  },
};
