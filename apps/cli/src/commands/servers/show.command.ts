import { CliServerDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { usage } from '../../errors/failure.js';
import { bold, dim, inline } from '../../output/style.js';
import { indent, table } from '../../output/table.js';
import { versionText } from '../../output/version-text.js';

/** Shows one server with its versions and endpoints. */
export const serversShowCommand: CommandSpec = {
  name: 'servers show',
  summary: 'one server with its versions and endpoints',
  declare: (command) => {
    command.argument('<name>', 'NAME, e.g. com.acme/weather');
  },
  connects: 'account',
  run: async ({ cli, args: [name = ''] }) => {
    const plane = await cli.controlPlane();
    const { server } = await plane.execute(CliServerDocument, { ref: { byName: name } });
    if (server === null)
      throw usage(`There is no server "${name}" that you can see.`, 'Check the spelling.', 'NOT_FOUND');
    const lines = [
      `${bold(inline(server.name))}  ${inline(server.title ?? '')}`.trimEnd(),
      `  ${inline(server.description)}`,
    ];
    const facts = [
      [dim('alias'), server.alias],
      [dim('team'), inline(server.team.name)],
      [dim('contact'), inline(server.contact ?? 'none')],
      [dim('health'), server.health === null ? 'not inspected' : `${server.health.outcome} at ${server.health.at}`],
    ];
    lines.push(indent(table(facts)), '');
    for (const version of server.versions) {
      lines.push(`  ${versionText(version)}`);
      const endpoints = version.endpoints.map((endpoint) => [
        endpoint.environment.name,
        endpoint.transport,
        inline(endpoint.url ?? endpoint.launcher ?? ''),
      ]);
      if (endpoints.length > 0) lines.push(indent(table(endpoints), 6));
    }
    return { data: server, text: lines.join('\n').trimEnd() };
  },
};
