import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  None,
  randomNonce,
  randomPKCECodeVerifier,
} from 'openid-client';
import { signInRefused } from './sessions.errors.js';

/** How to reach the identity provider, as an operator configured it. Nest token. */
export class SignInSettings {
  constructor(
    readonly options: {
      issuer: string;
      clientId: string;
      clientSecret?: string | undefined;
      scopes: string;
      /** Where the provider sends browsers back to. */
      redirectUri: string;
      /** Organization's slug; absent: the only one. */
      organization?: string | undefined;
      /** What happens to somebody we do not know: refused, or made a member without a team. */
      unknownUsers: 'refuse' | 'create';
    } | null,
  ) {}
}

/** What the provider vouches for. */
export type VouchedIdentity = { issuer: string; subject: string; email: string | null; name: string | null };

const TIMEOUT_SECONDS = 10;
/** Discovery documents, key sets and token answers are a few kilobytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Authorization code flow with PKCE and nonce, through openid-client: signatures, audience and times are checked there. */
export class OidcProvider {
  private discovered: Promise<Configuration> | undefined;

  constructor(private readonly settings: NonNullable<SignInSettings['options']>) {}

  /** Where to send the browser, and what has to be remembered until it comes back. */
  async begin(state: string): Promise<{ url: string; codeVerifier: string; nonce: string }> {
    const codeVerifier = randomPKCECodeVerifier();
    const nonce = randomNonce();
    const url = buildAuthorizationUrl(await this.configuration(), {
      redirect_uri: this.settings.redirectUri,
      scope: this.settings.scopes,
      response_type: 'code',
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    return { url: url.href, codeVerifier, nonce };
  }

  /** Redeems the code the browser brought; refuses with SIGN_IN_REFUSED. */
  async complete(
    query: URLSearchParams,
    expected: { state: string; codeVerifier: string; nonce: string },
  ): Promise<VouchedIdentity> {
    const current = new URL(this.settings.redirectUri);
    current.search = query.toString();
    const tokens = await authorizationCodeGrant(await this.configuration(), current, {
      expectedState: expected.state,
      expectedNonce: expected.nonce,
      pkceCodeVerifier: expected.codeVerifier,
      idTokenExpected: true,
    }).catch((error: unknown) => {
      throw refusalOf(error);
    });
    const claims = tokens.claims();
    if (!claims) throw signInRefused('no identity token');
    const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value.slice(0, 320) : null);
    return {
      issuer: claims.iss,
      subject: claims.sub,
      // an address nobody has verified is anybody's
      email: claims['email_verified'] === true ? (text(claims['email'])?.toLowerCase() ?? null) : null,
      name: text(claims['name']),
    };
  }

  private configuration(): Promise<Configuration> {
    this.discovered ??= this.discover().catch((error: unknown) => {
      // the provider may be back with the next attempt
      this.discovered = undefined;
      throw refusalOf(error);
    });
    return this.discovered;
  }

  private async discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const url = new URL(issuer);
    const authentication = clientSecret === undefined ? None() : ClientSecretPost(clientSecret);
    return discovery(url, clientId, undefined, authentication, {
      timeout: TIMEOUT_SECONDS,
      [customFetch]: async (target, options) =>
        limited(await fetch(target, { ...options, redirect: 'error' } as RequestInit)),
      // plain http only to this very machine, where nobody listens in
      ...(url.protocol === 'http:' && isLoopback(url.hostname) ? { execute: [allowInsecureRequests] } : {}),
    });
  }
}

/** The same answer with its body read to the end, within bounds; a longer one counts as no answer. */
async function limited(response: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new TypeError('the identity provider answers with more than a mebibyte');
    chunks.push(chunk);
  }
  const { status, statusText, headers } = response;
  return new Response(chunks.length === 0 ? null : Buffer.concat(chunks), { status, statusText, headers });
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);

/** The library's own errors and unreachable providers are refusals; their texts may carry what the provider sent, so only codes are told. */
function refusalOf(error: unknown): unknown {
  const { code, name, error: told } = error as { code?: unknown; name?: unknown; error?: unknown };
  if (typeof told === 'string' && /^[a-z_]{1,60}$/.test(told)) return signInRefused(told);
  if (typeof code === 'string' && /^[A-Z0-9_]{1,80}$/.test(code)) return signInRefused(code);
  if (name === 'TypeError' || name === 'TimeoutError') return signInRefused('unreachable');
  return error;
}
