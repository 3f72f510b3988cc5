import { CliEndpointSetDocument, type EndpointSetInput } from '@rollcall/schema';
import { Option } from 'commander';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { green, inline } from '../../output/style.js';
import { parseVersionName } from '../../target/parse-target.js';

/** Says where a version runs. */
export const endpointsSetCommand: CommandSpec = {
  name: 'endpoints set',
  summary: 'say where a version runs in an environment',
  declare: (command) => {
    command
      .argument('<version>', 'NAME@VERSION')
      .requiredOption('--environment <name>', 'in which environment')
      .option(
        '--url <url>',
        'its streamable HTTP endpoint (name the control plane before the command: rollcall --url ...)',
      )
      .addOption(
        new Option('--launcher <name>', 'a launcher of the gateways that starts it over stdio').conflicts('url'),
      );
  },
  connects: 'own-url',
  examples: [
    'rollcall endpoints set com.acme/weather@1.3.0 --environment production --url https://weather.acme.com/mcp',
  ],
  run: async ({ cli, args: [name = ''], options }) => {
    const [url, launcher] = [options.text('url'), options.text('launcher')];
    if (url === undefined && launcher === undefined) {
      throw usage('It is not said where the version runs.', 'Add --url U, or --launcher L.');
    }
    const input: EndpointSetInput = {
      version: { byName: parseVersionName(name) },
      environment: options.required('environment', '--environment'),
      transport: url === undefined ? 'stdio' : /^wss?:/i.test(url) ? 'websocket' : 'streamable_http',
      ...(url === undefined ? {} : { url }),
      ...(launcher === undefined ? {} : { launcher }),
    };
    const plane = await cli.controlPlane();
    const { endpointSet: payload } = await plane.execute(CliEndpointSetDocument, { input });
    const endpoint = entityOf(payload.endpoint, payload.errors);
    const where = inline(endpoint.url ?? endpoint.launcher ?? '');
    return {
      data: { endpoint },
      text: `${green('✔')} ${inline(name)} runs at ${where} in ${endpoint.environment.name}`,
    };
  },
};
