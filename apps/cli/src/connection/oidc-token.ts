import { isJsonObject } from '@rollcall/kernel';
import { CliFailure, usage } from '../errors/failure.js';
import type { Io } from '../io.js';
import { readText } from '../target/input-file.js';
import { describeStatus } from './graphql.client.js';
import { type HttpAnswer, send } from './http.client.js';

/** Where a pipeline has its identity token: in a file, in a variable, or on request from its runner. */
export type OidcSource = {
  file?: string | undefined;
  variable?: string | undefined;
  githubActions: boolean;
  audience: string;
};

const MAX_TOKEN_BYTES = 16 * 1024;
const MAX_ANSWER_BYTES = 64 * 1024;

/** The identity token of the pipeline that runs this. */
export async function oidcToken(io: Io, source: OidcSource): Promise<string> {
  if (source.file !== undefined)
    return shaped(await readText(io, source.file, MAX_TOKEN_BYTES), `The file ${source.file}`);
  if (source.variable !== undefined) return shaped(io.env[source.variable] ?? '', `The variable ${source.variable}`);
  return fromRunner(io, source.audience);
}

/** Takes an identity token to a control plane and comes back with an API token of fifteen minutes. */
export async function exchangeOidcToken(
  url: string,
  token: string,
  target: { organization?: string | undefined; rule?: string | undefined },
): Promise<{ token: string; expiresAt: string }> {
  const { organization, rule } = target;
  const base = organization === undefined ? '' : `/o/${encodeURIComponent(organization)}`;
  const settings = { url, token: null, source: { url: '--url', token: 'nowhere' } };
  const body = JSON.stringify({ token, ...(rule === undefined ? {} : { rule }) });
  const path = `${base}/auth/federation/token`;
  const answer = await send(settings, { method: 'POST', path, body, maxBytes: MAX_ANSWER_BYTES });
  const said = objectOf(answer);
  if (answer.status === 200 && typeof said['token'] === 'string' && typeof said['expiresAt'] === 'string') {
    return { token: said['token'], expiresAt: said['expiresAt'] };
  }
  if (typeof said['code'] !== 'string' || typeof said['detail'] !== 'string')
    throw new CliFailure(describeStatus(answer));
  const nextStep =
    typeof said['nextStep'] === 'string' ? said['nextStep'] : 'Check the federation rules of the organization.';
  throw new CliFailure({ code: said['code'], message: said['detail'], nextStep, requestId: answer.requestId });
}

/** A job of GitHub Actions with the permission `id-token: write` may ask its runner for a token for an audience. */
async function fromRunner(io: Io, audience: string): Promise<string> {
  const address = io.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const secret = io.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  if (!address || !secret || !URL.canParse(address)) {
    throw usage(
      'This is no job of GitHub Actions that may ask for an identity token.',
      'Give the job "permissions: id-token: write", or use --oidc-token-file.',
      'NO_OIDC_TOKEN',
    );
  }
  const url = new URL(address);
  url.searchParams.set('audience', audience);
  const settings = { url: url.origin, token: secret, source: { url: 'runner', token: 'runner' } };
  const path = `${url.pathname}${url.search}`;
  const answer = await send(settings, { method: 'GET', path, maxBytes: MAX_ANSWER_BYTES });
  const { value } = objectOf(answer);
  if (answer.status === 200 && typeof value === 'string') return shaped(value, 'The answer of the runner');
  throw new CliFailure({
    code: 'NO_OIDC_TOKEN',
    message: `The runner gave no identity token (HTTP ${answer.status}).`,
    nextStep: 'Give the job "permissions: id-token: write".',
  });
}

function shaped(text: string, what: string): string {
  const token = text.trim();
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) && token.length <= MAX_TOKEN_BYTES) return token;
  throw usage(`${what} holds no identity token.`, 'It must be one signed JWT.', 'NO_OIDC_TOKEN');
}

function objectOf({ body }: HttpAnswer) {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return isJsonObject(value) ? value : {};
  } catch {
    // the only thing JSON.parse throws is a SyntaxError about the text
    return {};
  }
}
