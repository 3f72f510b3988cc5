import { CliViewerDocument } from '@rollcall/schema';
import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import { execute } from '../connection/graphql.client.js';
import { loginFile, writeLogin } from '../connection/login-file.js';
import { httpUrl } from '../connection/settings.js';
import { usage } from '../errors/failure.js';
import { unwritable } from '../output/output-file.js';
import { bold, green, inline } from '../output/style.js';
import { decode } from '../target/input-file.js';

const MAX_TOKEN_BYTES = 8 * 1024;

/** Signs in: asks who the token is, and only then remembers it. */
export const loginCommand: CommandSpec = {
  name: 'login',
  summary: 'remember a control plane and a token for it',
  declare: (command) => {
    command
      .requiredOption('--url <url>', 'the control plane')
      .requiredOption('--token <token>', 'your token, or - to read it from standard input');
  },
  connects: 'own-url',
  examples: ['rollcall login --url https://rollcall.example.com --token - < token.txt'],
  run: login,
};

async function login({ cli, options }: Invocation): Promise<CommandOutcome> {
  const url = httpUrl(options.required('url', '--url'));
  const given = options.required('token', '--token');
  const token = given === '-' ? decode(await cli.io.stdin(MAX_TOKEN_BYTES), 'Standard input').trim() : given;
  // What cannot stand in a header cannot be a token.
  if (!/^[\x21-\x7E]+$/.test(token))
    throw usage('This is not a token.', 'Pass the token as it was issued.', 'INVALID_TOKEN');
  const settings = { url, token, source: { url: '--url', token: '--token' } };
  const { viewer } = await execute(settings, CliViewerDocument, {});
  const file = loginFile(cli.io.env);
  await writeLogin(file, { url, token }).catch((error: unknown) => {
    throw unwritable(file, error);
  });
  const who = `${bold(inline(viewer.principal.handle))} of ${inline(viewer.organization.name)}`;
  return { data: { url, file, viewer }, text: `${green('✔')} signed in at ${url} as ${who}\n  ${file}` };
}
