import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { OidcProvider } from './oidc.adapter.js';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

/** A provider whose discovery document has so many bytes too many. */
async function providerWith(padding: number): Promise<OidcProvider> {
  const started = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const document = {
      issuer: urlOf(started),
      authorization_endpoint: `${urlOf(started)}/auth`,
      padding: 'x'.repeat(padding),
    };
    response.end(JSON.stringify(document));
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return new OidcProvider({
    issuer: urlOf(started),
    clientId: 'rollcall',
    scopes: 'openid',
    redirectUri: 'http://127.0.0.1/auth/callback',
    unknownUsers: 'refuse',
  });
}

const urlOf = (one: Server): string => `http://127.0.0.1:${(one.address() as AddressInfo).port}`;

describe('an identity provider', () => {
  it('is asked with PKCE, state and nonce', async () => {
    const { url, codeVerifier, nonce } = await (await providerWith(0)).begin('the-state');
    const query = new URL(url).searchParams;
    expect(query.get('state')).toBe('the-state');
    expect(query.get('nonce')).toBe(nonce);
    expect(query.get('code_challenge_method')).toBe('S256');
    expect(query.get('code_challenge')).not.toBe(codeVerifier);
  });

  it('that answers without end is refused', async () => {
    const provider = await providerWith(2 * 1024 * 1024);
    await expect(provider.begin('the-state')).rejects.toMatchObject({ code: 'SIGN_IN_REFUSED' });
  });
});
