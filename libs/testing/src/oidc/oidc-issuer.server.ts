import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** What a token says beside issuer and times. `alg` is one of the algorithms the issuer has a key for. */
export type SignedToken = {
  audience?: string | string[];
  claims?: Record<string, unknown>;
  alg?: 'RS256' | 'ES256' | 'EdDSA';
  /** Seconds since the epoch; default now and five minutes later. */
  issuedAt?: number;
  notBefore?: number;
  expiresAt?: number | null;
};

/** An issuer of ID tokens as CI systems are: discovery document, key set, real signatures. */
export type OidcIssuer = {
  url: string;
  /** How often its documents were fetched. */
  requests: { discovery: number; keys: number };
  /** What the discovery document says instead of the truth. */
  discovery: Record<string, unknown>;
  sign(token: SignedToken): Promise<string>;
  /** Signs with new keys from now on; the old ones are no longer published. */
  rotate(): Promise<void>;
  publicKeys(): JWK[];
  close(): Promise<void>;
};

type Keys = Record<'RS256' | 'ES256' | 'EdDSA', { privateKey: CryptoKey; jwk: JWK }>;

/** Starts one on a free port of this machine; `now` is whose time its tokens are issued at. */
export async function startOidcIssuer(now: () => Date): Promise<OidcIssuer> {
  let generation = 1;
  let keys = await newKeys(generation);
  const requests = { discovery: 0, keys: 0 };
  const discovery: Record<string, unknown> = {};
  const server = createServer((request, response) => {
    const isKeys = request.url === '/keys';
    if (!isKeys && request.url !== '/.well-known/openid-configuration') return response.writeHead(404).end();
    requests[isKeys ? 'keys' : 'discovery']++;
    const document = isKeys
      ? { keys: Object.values(keys).map(({ jwk }) => jwk) }
      : { issuer: url, jwks_uri: `${url}/keys`, ...discovery };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    discovery,
    publicKeys: () => Object.values(keys).map(({ jwk }) => jwk),
    sign: ({ audience = 'rollcall', claims = {}, alg = 'RS256', issuedAt, notBefore, expiresAt }) => {
      const { privateKey, jwk } = keys[alg];
      const at = issuedAt ?? Math.floor(now().getTime() / 1000);
      const token = new SignJWT({ sub: 'somebody', ...claims })
        .setProtectedHeader({ alg, kid: jwk.kid ?? '', typ: 'JWT' })
        .setIssuer(url)
        .setAudience(audience)
        .setIssuedAt(at);
      if (notBefore !== undefined) token.setNotBefore(notBefore);
      if (expiresAt !== null) token.setExpirationTime(expiresAt ?? at + 300);
      return token.sign(privateKey);
    },
    rotate: async () => {
      generation++;
      keys = await newKeys(generation);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function newKeys(generation: number): Promise<Keys> {
  const one = async (alg: keyof Keys) => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: `${alg}-${generation}`, alg, use: 'sig' } };
  };
  return { RS256: await one('RS256'), ES256: await one('ES256'), EdDSA: await one('EdDSA') };
}
