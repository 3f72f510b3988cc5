import { CliViewerDocument } from '@rollcall/schema';
import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import { execute } from '../connection/graphql.client.js';
import { loginFile, writeLogin } from '../connection/login-file.js';
import { exchangeOidcToken, oidcToken } from '../connection/oidc-token.js';
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
      .option('--token <token>', 'your token, or - to read it from standard input')
      .option('--oidc-token-file <file>', 'an identity token of a CI system, exchanged for a token of 15 minutes')
      .option('--oidc-token-env <variable>', 'the same from a variable, as GitLab CI provides it')
      .option('--github-actions', 'the same from the runner of this job of GitHub Actions')
      .option('--oidc-audience <text>', 'the audience to ask the runner for; default rollcall')
      .option('--organization <slug>', 'of the control plane, when it has several')
      .option('--rule <name>', 'the federation rule, when several match');
  },
  connects: 'own-url',
  examples: [
    'rollcall login --url https://rollcall.example.com --token - < token.txt',
    'rollcall login --url https://rollcall.example.com --github-actions',
  ],
  run: login,
};

async function login(invocation: Invocation): Promise<CommandOutcome> {
  const { cli, options } = invocation;
  const url = httpUrl(options.required('url', '--url'));
  const token = await tokenOf(invocation, url);
  const settings = { url, token, source: { url: '--url', token: '--token' } };
  const { viewer } = await execute(settings, CliViewerDocument, {});
  const file = loginFile(cli.io.env);
  await writeLogin(file, { url, token }).catch((error: unknown) => {
    throw unwritable(file, error);
  });
  const who = `${bold(inline(viewer.principal.handle))} of ${inline(viewer.organization.name)}`;
  return { data: { url, file, viewer }, text: `${green('✔')} signed in at ${url} as ${who}\n  ${file}` };
}

/** From the one place that the caller named. */
async function tokenOf({ cli, options }: Invocation, url: string): Promise<string> {
  const file = options.text('oidcTokenFile');
  const variable = options.text('oidcTokenEnv');
  const githubActions = options.flag('githubActions');
  const ways = [options.text('token'), file, variable, githubActions || undefined];
  if (ways.filter((way) => way !== undefined).length !== 1) {
    throw usage(
      'Name one way to sign in.',
      'Add exactly one of --token, --oidc-token-file, --oidc-token-env and --github-actions.',
    );
  }
  if (options.text('token') === undefined) {
    const source = { file, variable, githubActions, audience: options.text('oidcAudience') ?? 'rollcall' };
    const target = { organization: options.text('organization'), rule: options.text('rule') };
    return (await exchangeOidcToken(url, await oidcToken(cli.io, source), target)).token;
  }
  const given = options.required('token', '--token');
  const token = given === '-' ? decode(await cli.io.stdin(MAX_TOKEN_BYTES), 'Standard input').trim() : given;
  // What cannot stand in a header cannot be a token.
  if (!/^[\x21-\x7E]+$/.test(token))
    throw usage('This is not a token.', 'Pass the token as it was issued.', 'INVALID_TOKEN');
  return token;
}
