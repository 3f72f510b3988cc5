import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Clock, DAY_MS, isJsonObject, type JsonObject, SECOND_MS } from '@rollcall/kernel';
import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import { federationRefused, issuerUnavailable } from '../identity.errors.js';
import { IssuerUnavailable, OidcIssuers } from './oidc-issuer.client.js';

/** A token of another issuer that is genuine: its claims, when it ends, and what it is remembered by. */
export type VerifiedToken = { claims: JsonObject; expiresAt: Date; key: string };

/** Nothing symmetric: with HS256 an issuer's public key would be everybody's signing key. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const SKEW_SECONDS = 60;
const MAX_TOKEN_CHARS = 16 * 1024;
/** A token is remembered until it expires; one that lives longer than a day is not a pipeline's. */
const MAX_LIFE_MS = DAY_MS;

/** Says whether a token was really signed by its issuer, for us, and is valid now. */
@Injectable()
export class TokenVerifier {
  constructor(private readonly issuers: OidcIssuers) {}

  /** The issuer that a token claims to be of; proves nothing, and reaches nobody. Refuses what is no token. */
  claimedIssuer(token: string): string {
    if (token.length > MAX_TOKEN_CHARS || token.split('.').length !== 3)
      throw federationRefused('it is not a signed JWT');
    try {
      const { iss } = decodeJwt(token);
      if (typeof iss === 'string') return iss;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
    }
    throw federationRefused('it names no issuer');
  }

  /** Verifies signature, issuer, audience and times; `issuer` and `audience` come from a rule, never from the token. */
  async verify(token: string, expected: { issuer: string; audience: string }, clock: Clock): Promise<VerifiedToken> {
    const payload = await this.payload(token, expected, clock);
    // a token for several audiences was not made for us alone: whoever else got it could send it here
    const audiences = [payload['aud']].flat();
    if (audiences.length !== 1 || audiences[0] !== expected.audience)
      throw federationRefused('it is for another audience');
    const expiresAt = new Date(Number(payload['exp']) * SECOND_MS);
    if (expiresAt.getTime() - clock.now().getTime() > MAX_LIFE_MS)
      throw federationRefused('it is valid for more than a day');
    return { claims: payload, expiresAt, key: rememberedBy(token, payload) };
  }

  private async payload(token: string, expected: { issuer: string; audience: string }, clock: Clock) {
    const { issuer } = expected;
    try {
      const keys = await this.issuers.keys(issuer, clock);
      return await verified(token, expected, { keys, clock }).catch((error: unknown) => {
        const refreshed = error instanceof errors.JWKSNoMatchingKey ? this.issuers.refreshed(issuer, clock) : null;
        if (refreshed === null) throw error;
        return refreshed.then((more) => verified(token, expected, { keys: more, clock }));
      });
    } catch (error) {
      if (error instanceof IssuerUnavailable) throw issuerUnavailable(issuer, error.message);
      if (error instanceof errors.JOSEError) throw federationRefused(reasonOf(error));
      throw error;
    }
  }
}

async function verified(
  token: string,
  expected: { issuer: string; audience: string },
  { keys, clock }: { keys: JSONWebKeySet; clock: Clock },
): Promise<JsonObject> {
  const now = clock.now();
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
    ...expected,
    algorithms: ALGORITHMS,
    clockTolerance: SKEW_SECONDS,
    currentDate: now,
    requiredClaims: ['exp', 'iat', 'sub'],
  });
  // jose looks at `iat` only together with a maximum age
  if (Number(payload.iat) * SECOND_MS > now.getTime() + SKEW_SECONDS * SECOND_MS) {
    throw new errors.JWTClaimValidationFailed('"iat" is in the future', payload, 'iat');
  }
  if (!isJsonObject(payload)) throw new errors.JWTInvalid('the payload is no object');
  return payload;
}

/**
 * By its `jti`, or by what was signed. Not by the whole text: a signature can be written in several ways, and each would
 * count as a token of its own.
 */
function rememberedBy(token: string, claims: JsonObject): string {
  const { iss, jti } = claims;
  const what =
    typeof jti === 'string' && jti !== '' ? ['jti', iss, jti] : ['signed', token.slice(0, token.lastIndexOf('.'))];
  return createHash('sha256').update(JSON.stringify(what)).digest('hex');
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'it is for another audience';
    if (error.claim === 'nbf' || error.claim === 'iat') return 'it is not valid yet';
    return `its claim "${error.claim}" is missing or wrong`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not one of RS256, ES256 and EdDSA';
  return 'its signature cannot be verified with the keys of its issuer';
}
