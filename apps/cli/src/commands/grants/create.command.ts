import { CliGrantCreateDocument, type GrantCreateInput } from '@rollcall/schema';
import { collect } from '../../command-options.js';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { green } from '../../output/style.js';
import { grantText } from './grant-text.js';

/** Lets an agent call tools. */
export const grantsCreateCommand: CommandSpec = {
  name: 'grants create',
  summary: 'let an agent call tools of a server in an environment',
  declare: (command) => {
    command
      .requiredOption('--agent <slug>', 'who may call')
      .requiredOption('--server <name>', 'NAME of the server')
      .requiredOption('--environment <name>', 'where')
      .option('--tool <name>', 'which tool, * for all (repeatable)', collect)
      .option(
        '--versions <range>',
        'semver range or one version; default the compatible range of the newest active one',
      );
  },
  connects: 'account',
  examples: ['rollcall grants create --agent support --server com.acme/ledger --environment production --tool balance'],
  run: async ({ cli, options }) => {
    const tools = options.list('tool');
    if (tools.length === 0) throw usage('No tool is named.', 'Add --tool NAME, or --tool "*" for all.');
    const input: GrantCreateInput = {
      agent: options.required('agent', '--agent'),
      server: { byName: options.required('server', '--server') },
      environment: options.required('environment', '--environment'),
      tools,
    };
    const versions = options.text('versions');
    if (versions !== undefined) input.versions = versions;
    const plane = await cli.controlPlane();
    const { grantCreate: payload } = await plane.execute(CliGrantCreateDocument, { input });
    const grant = entityOf(payload.grant, payload.errors);
    return { data: { grant }, text: `${green('✔')} ${grantText(grant)}` };
  },
};
