import type { Env as Environment } from '@rollcall/config';
import { loadConfig } from '@rollcall/config';
import { usage } from '../errors/failure.js';
import { loginFile, readLogin } from './login-file.js';

/** Which control plane to talk to, and as whom. */
export type ConnectionSettings = { url: string; token: string | null; source: { url: string; token: string } };

const DEFAULT_URL = 'http://127.0.0.1:8080';
const DEFAULT_SOURCE = 'default';

/**
 * Options win over variables, variables over the stored login. A stored token is used only for the URL it was stored
 * with: it must not be sent to whatever host another setting names.
 */
export async function resolveConnection(
  given: { url?: string | undefined; token?: string | undefined },
  env: Environment,
): Promise<ConnectionSettings> {
  const config = loadConfig(connectionVariables(env));
  const file = loginFile(env);
  const login = await readLogin(file);
  const [url, urlSource] = first([given.url, '--url'], [config.url, 'ROLLCALL_URL'], [login?.url, file]);
  const origin = httpUrl(url ?? DEFAULT_URL);
  const stored = login !== null && httpUrl(login.url) === origin ? login.token : undefined;
  const [token, tokenSource] = first([given.token, '--token'], [config.token, 'ROLLCALL_TOKEN'], [stored, file]);
  const source = { url: urlSource ?? DEFAULT_SOURCE, token: tokenSource ?? 'nowhere' };
  return { url: origin, token: token ?? null, source };
}

/** A control plane's URL without a final slash; anything but http and https is refused. */
export function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw usage(
      'The URL of the control plane must be an http or https URL without a user name.',
      'Pass it as --url http://127.0.0.1:8080 or set ROLLCALL_URL.',
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** Only these two: a wrong setting of a server process is no reason for a command line to stop. */
function connectionVariables(env: Environment): Environment {
  return { ROLLCALL_URL: env['ROLLCALL_URL'], ROLLCALL_TOKEN: env['ROLLCALL_TOKEN'] };
}

/** The first choice that has a value, and where it came from. */
function first(
  ...choices: (readonly [string | undefined, string])[]
): readonly [string, string] | readonly [null, null] {
  for (const [value, source] of choices) if (value !== undefined && value !== '') return [value, source];
  return [null, null];
}
